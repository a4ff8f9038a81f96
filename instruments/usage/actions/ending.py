"""Actions room: a usage record is voided, or a custodian agrees with what others wrote."""

from __future__ import annotations

from changes import Work
from instruments.booking.actions.slots import release
from instruments.terms.rules.intervals import Interval
from instruments.usage.actions.records import checked_reason, usage_facts
from instruments.usage.errors import UsageRefused, usage_problem
from instruments.usage.events import UsageAgreed, UsageVoided
from instruments.usage.locks import lock_usage_record
from instruments.usage.models import UsageRecord
from members.permissions import require


def void_usage(work: Work, record: UsageRecord, *, reason: str) -> UsageRecord:
    """Take a use that never happened off the count: its hours, income and time; it stays readable with the reason.

    The reason has 1 to 200 characters; the number may be used again. Raises NotAllowed, UsageRefused where the record
    counts no longer.
    """
    record = _counting(work, record, "void_usage")
    reason = checked_reason(reason, "void_reason")
    before = usage_facts(record)
    record.is_current, record.void_reason = False, reason
    record.voided_by, record.voided_at = work.actor, work.now
    record.save(update_fields=["is_current", "void_reason", "voided_by", "voided_at"])
    work.emit(UsageVoided(target=record, before=before, after={"reason": reason}))
    release(work, record.instrument, record.station, Interval(record.start, record.end))
    return record


def agree_usage(work: Work, record: UsageRecord) -> UsageRecord:
    """Say as a custodian that a record that nobody wrote by hand is right. Raises NotAllowed, UsageRefused."""
    record = _counting(work, record, "agree_usage")
    if not record.to_confirm:
        raise UsageRefused({"record_id": [usage_problem("nothing_to_confirm")]})
    record.to_confirm, record.agreed_by, record.agreed_at = False, work.actor, work.now
    record.save(update_fields=["to_confirm", "agreed_by", "agreed_at"])
    work.emit(UsageAgreed(target=record, before={"to_confirm": True}, after={"to_confirm": False}))
    return record


def _counting(work: Work, record: UsageRecord, verb: str) -> UsageRecord:
    record = lock_usage_record(work, record)
    require(work.actor, verb, record)
    if not record.is_current:
        raise UsageRefused(
            {"record_id": [usage_problem("not_current" if record.voided_at is None else "voided")]}
        )
    return record
