"""Locks room: one usage record; the lock of its instrument comes first."""

from __future__ import annotations

from instruments.usage.models import UsageRecord


def lock_usage_record(record: UsageRecord) -> UsageRecord:
    """Lock one usage record and read it afresh; take the lock of its instrument first."""
    return (
        UsageRecord.objects.select_related("instrument__unit")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=record.pk)
    )
