"""Locks room: one usage record; the lock of its instrument comes first."""

from __future__ import annotations

from changes import Work
from instruments.inventory.locks import lock_instrument
from instruments.usage.models import UsageRecord


def lock_usage_record(work: Work, record: UsageRecord) -> UsageRecord:
    """Lock a usage record's instrument, then the record, and read it afresh."""
    lock_instrument(work, record.instrument_id)
    return work.lock_one(UsageRecord.objects.select_related("instrument__unit", "unit"), record.pk)
