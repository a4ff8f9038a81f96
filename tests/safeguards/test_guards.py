"""What the database refuses by itself, and that a guard that is gone is missed."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import TRANSITIONS
from instruments.usage.models import UsageRecord
from safeguards.triggers import REGISTER, missing
from tests.factories.instruments import BookingFactory, UsageRecordFactory

pytestmark = pytest.mark.django_db

STEPS = {(str(start), str(end)) for (start, _verb), end in TRANSITIONS.items()}
PARTS = sorted((part, guard.table) for guard in REGISTER.values() for part in guard.parts(connection.vendor))


def test_every_guard_is_in_place():
    """After migrate nothing is missing."""
    assert missing() == []


@pytest.mark.parametrize(("part", "table"), PARTS)
def test_a_guard_that_is_gone_is_missed(part, table):
    """Each trigger and each constraint is looked for by its own name."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {part}")
        elif any(part in guard.constraints for guard in REGISTER.values()):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {part}")
        else:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {part}")
    assert missing() == [part]
    with pytest.raises(CommandError, match=part):
        call_command("verify_audit", stdout=StringIO())


@pytest.mark.parametrize("end", BookingState.values)
@pytest.mark.parametrize("start", BookingState.values)
def test_a_booking_walks_along_the_state_table_alone(start, end):
    """An UPDATE past the application moves a booking only where a line of the table leads."""
    booking = BookingFactory(state=start)
    change = Booking.objects.filter(pk=booking.pk)
    if start == end or (start, end) in STEPS:
        assert change.update(state=end, expires_at=booking.start) == 1
        return
    with pytest.raises(IntegrityError, match="no step leads to this state"), transaction.atomic():
        change.update(state=end)
    booking.refresh_from_db()
    assert booking.state == start


def test_bookings_and_usage_records_are_never_deleted():
    """Whatever their state."""
    booking, record = BookingFactory(state=BookingState.CANCELLED), UsageRecordFactory(is_current=False)
    for row in (booking, record):
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")
        assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"effective_hours": 9},
        {"income": 1},
        {"user_kind": "external"},
        {"record_id": "other"},
        {"booking": None},
        {"person": None},
        {"is_current": False, "samples": 99},
    ],
)
def test_a_usage_record_stays_as_it_was_written(change):
    """Only that it counts no longer may be written; a correction is a new row."""
    booking = BookingFactory(state=BookingState.COMPLETED)
    record = UsageRecordFactory(user_kind="internal", booking=booking, person=booking.person)
    rows = UsageRecord.objects.filter(pk=record.pk)
    before = rows.values().get()
    with pytest.raises(IntegrityError, match="a correction is a new usage record"), transaction.atomic():
        rows.update(**change)
    assert rows.values().get() == before


def test_a_record_that_counts_no_longer_does_not_come_back():
    """From current to corrected, never the other way."""
    record = UsageRecordFactory()
    rows = UsageRecord.objects.filter(pk=record.pk)
    assert rows.update(is_current=False) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(is_current=True)
    assert not rows.get().is_current
