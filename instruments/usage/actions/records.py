"""Actions room: builds the rows of usage records and tells the history what they say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.errors import UsageRefused, usage_problem
from instruments.usage.models import UsageRecord
from instruments.usage.rules.usage_entries import UsageEntry
from members.enums import UserCategory
from members.models import Person

CONTENT = (
    "instrument_id",
    "station",
    "start",
    "end",
    "startup_hours",
    "measurement_hours",
    "processing_hours",
    "effective_hours",
    "user_kind",
    "purpose",
    "samples",
    "income",
    "user_name",
    "user_unit",
)
"""What two records must agree in to be the same."""


def from_entry(
    entry: UsageEntry, instrument: Instrument, *, actor: Person | None, source: str, now: dt.datetime
) -> UsageRecord:
    """Return the unsaved record of an entry that has no problems."""
    return UsageRecord(
        unit=instrument.unit,
        record_id=entry.record_id.strip(),
        instrument=instrument,
        station=entry.station,
        start=entry.start.astimezone(dt.UTC),
        end=entry.end.astimezone(dt.UTC),
        startup_hours=entry.startup_hours,
        measurement_hours=entry.measurement_hours,
        processing_hours=entry.processing_hours,
        effective_hours=entry.effective_hours,
        user_kind=entry.user_kind,
        purpose=entry.purpose,
        samples=entry.samples,
        income=entry.income,
        user_name=entry.user_name.strip(),
        user_unit=entry.user_unit.strip(),
        source=source,
        recorded_by=actor,
        recorded_at=now,
    )


def entry_of(record: UsageRecord) -> UsageEntry:
    """Return what a record says, as an entry."""
    return UsageEntry(
        record_id=record.record_id,
        instrument_code=record.instrument.code,
        start=record.start,
        end=record.end,
        effective_hours=record.effective_hours,
        user_kind=record.user_kind,
        purpose=record.purpose,
        samples=record.samples,
        income=record.income,
        user_name=record.user_name,
        user_unit=record.user_unit,
        startup_hours=record.startup_hours,
        processing_hours=record.processing_hours,
        station=record.station,
    )


def visit_number(booking: UUID) -> str:
    """Return the record number of a finished visit: short enough to read out, and one for each booking."""
    return f"B-{booking.hex[:20]}"


def entry_from_visit(
    booking: Booking, used: Interval, *, effective_hours: Decimal, samples: int
) -> UsageEntry:
    """Return the entry of a finished visit; its income is the frozen price."""
    internal = booking.category == UserCategory.INTERNAL
    return UsageEntry(
        record_id=visit_number(booking.pk),
        instrument_code=booking.instrument.code,
        start=used.start,
        end=used.end,
        effective_hours=effective_hours,
        user_kind=UserKind.INTERNAL if internal else UserKind.EXTERNAL,
        purpose=booking.purpose_kind,
        samples=samples,
        income=booking.price,
        user_name=booking.person.display_name[:50],
        user_unit=booking.person.organisation_name[:100],
        station=booking.station,
    )


def from_visit(booking: Booking, entry: UsageEntry, *, actor: Person | None, now: dt.datetime) -> UsageRecord:
    """Return the unsaved record of a finished visit."""
    record = from_entry(entry, booking.instrument, actor=actor, source=UsageSource.BOOKING, now=now)
    record.booking, record.person = booking, booking.person
    return record


def says_the_same(one: UsageRecord, other: UsageRecord) -> bool:
    """Tell whether two records agree in all that counts."""
    return all(getattr(one, field) == getattr(other, field) for field in CONTENT)


def checked_reason(reason: str, field: str) -> str:
    """Return a reason of 1 to 200 characters without blanks around it. Raises UsageRefused for any other."""
    reason = reason.strip()
    if not 1 <= len(reason) <= 200 or "\0" in reason:
        raise UsageRefused({field: [usage_problem("long", limit=200) if reason else usage_problem("blank")]})
    return reason


def usage_facts(record: UsageRecord) -> dict[str, object]:
    """Return what the history keeps of a usage record."""
    return {"record_id": record.record_id, "source": record.source} | {
        field: getattr(record, field) for field in CONTENT
    }
