"""The life of bookings comes out of the history of an earlier release into rows of its own."""

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from changes import perform
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.models import Booking, BookingStep
from instruments.booking.queries.booking_page import bill_of, steps_of
from safeguards.triggers import REGISTER
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
fill = import_module("instruments.migrations.0009_fill_steps_of_bookings").fill
FIELDS = (
    "booking", "at", "verb", "by", "instrument", "start", "end", "price", "old_instrument", "old_start",
    "old_end", "old_price", "reason",
)  # fmt: skip


def test_the_history_gives_what_the_actions_write(instrument, member, monday):
    """Asked, moved, used for one hour of three: each step, the old time and price, and the booked end."""
    booking = perform(member, request_booking, instrument, start=at(0, 10), end=at(0, 12), purpose="相分析")
    booking = perform(member, move_booking, booking, start=at(0, 12), end=at(0, 15))
    monday.move_to(at(0, 12))
    perform(member, check_in, booking)
    monday.move_to(at(0, 13))
    booking = perform(member, check_out, booking)
    assert (booking.end, booking.booked_until, booking.booked_end) == (at(0, 13), at(0, 15), at(0, 15))
    bill = bill_of(booking)
    assert (bill.hours, bill.price, bill.adds_up, bill.was_shortened) == (
        Decimal("3.00"), Decimal("360.00"), True, True
    )  # fmt: skip
    steps = steps_of(booking)
    assert [step.verb for step in steps] == ["confirmed", "moved", "checked_in", "completed"]
    moved, done = steps[1], steps[3]
    assert (moved.old_start, moved.start, moved.old_price, moved.price) == (
        at(0, 10), at(0, 12), Decimal("240.00"), Decimal("360.00")
    )  # fmt: skip
    assert (done.old_end, done.end, done.by) == (at(0, 15), at(0, 13), member)
    kept = list(BookingStep.objects.values_list(*FIELDS))

    guard = REGISTER["booking_step_kept"]
    _without(guard)
    BookingStep.objects.all()._raw_delete("default")
    Booking.objects.update(booked_until=None)
    fill(apps, None)
    again = list(BookingStep.objects.values_list(*FIELDS))
    assert [row[2:] for row in again] == [row[2:] for row in kept]
    assert all(abs(new[1] - old[1]) < dt.timedelta(seconds=1) for new, old in zip(again, kept, strict=True))
    booking.refresh_from_db()
    assert booking.booked_until == at(0, 15)


def _without(guard):
    with connection.cursor() as cursor:
        for name in guard.parts(connection.vendor):
            tail = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
            cursor.execute(f"DROP TRIGGER {name}{tail}")
