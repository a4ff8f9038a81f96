"""Guarded room: one fault for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from instruments.upkeep.models import Fault
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def fault_for(person: Actor, pk: int) -> Fault:
    """Return a fault the person may see, with its instrument and everybody who had to do with it. Raises Http404."""
    people = ("reported_by", "acknowledged_by", "ended_by")
    rows = Fault.objects.select_related("instrument__unit", "photo", *people).defer("photo__jpeg")
    fault = rows.filter(pk=pk).first()
    if fault is None:
        raise Http404
    if not can(person, "view_fault", fault):
        refuse_as_missing(person, "view_fault", fault, app="instruments")
    return fault
