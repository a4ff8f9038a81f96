"""Guarded room: one wish for its person; missing and another's give the same 404."""

from __future__ import annotations

from django.http import Http404

from instruments.waiting.models import WaitEntry
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def wish_for(person: Actor, pk: int) -> WaitEntry:
    """Return a wish of this person, with its instrument. Raises Http404."""
    rows = WaitEntry.objects.select_related(
        "person__home_unit", "instrument__unit__policy", "instrument__policy"
    )
    entry = rows.filter(pk=pk).first()
    if entry is None:
        raise Http404
    if not can(person, "handle_wait", entry):
        refuse_as_missing(person, "handle_wait", entry, app="instruments")
    return entry
