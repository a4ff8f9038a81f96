"""Guarded room: one usage record for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from instruments.booking.guarded import uuid_of
from instruments.usage.models import UsageRecord
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def usage_record_for(person: Actor, pk: UUID | str) -> UsageRecord:
    """Return a usage record the person may see, with instrument and unit. Raises Http404."""
    rows = UsageRecord.objects.select_related(
        "instrument__unit", "unit", "person", "booking", "corrects", "served__merged_into"
    )
    record = rows.filter(pk=uuid_of(pk)).first()
    if record is None:
        raise Http404
    if not can(person, "view_usage", record):
        refuse_as_missing(person, "view_usage", record, app="instruments")
    return record
