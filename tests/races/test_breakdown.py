"""A break-down and bookings of its time at once: nobody books behind its back, and it covers nobody unasked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.terms.rules.hours import local_midnight
from instruments.upkeep.models import Breakdown, Fault
from tests.factories.instruments import make_instrument, make_steward
from tests.races.conftest import WIDTH
from tests.races.plans import drop_guard
from tests.races.test_booking import count, overlaps, restore_guard

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start() -> dt.datetime:
    """Ten days ahead, at nine."""
    return local_midnight(timezone.localdate() + dt.timedelta(days=10)) + dt.timedelta(hours=9)


def test_a_breakdown_and_a_booking_of_its_time(race, start):
    """Whichever comes first wins alone; the others learn that it stands still, whom they hit, or that it is taken."""
    for _round in range(4):
        instrument = make_instrument()
        people = [make_steward(instrument), make_steward(instrument)]
        (fates,) = race("stop_or_take", instrument, people, [start])
        stops, asks = count(fates[::2]), count(fates[1::2])
        assert stops.get("won", 0) + asks.get("won", 0) == 1
        if stops.get("won"):
            assert stops == {"won": 1, "StandsAlready": WIDTH // 2 - 1}
            assert asks == {"SlotTaken": WIDTH // 2}
        else:
            assert stops == {"Unresolved": WIDTH // 2}
            assert asks == {"won": 1, "SlotTaken": WIDTH // 2 - 1}
        assert Breakdown.objects.filter(instrument=instrument).count() == stops.get("won", 0)
        assert Fault.objects.filter(instrument=instrument).count() == stops.get("won", 0)
        assert Booking.objects.filter(instrument=instrument).count() == 1
    assert overlaps() == 0


def unasked(race, start, **how) -> int:
    """How many bookings lie in the time of a break-down of which nobody was asked."""
    found = 0
    for _round in range(3):
        instrument = make_instrument()
        race("stop_behind", instrument, [make_steward(instrument)], [start], **how)
        if Breakdown.objects.filter(instrument=instrument).exists():
            found += Booking.objects.filter(instrument=instrument, kind=BookingKind.USE, in_doubt="").count()
    return found


def test_nobody_books_behind_its_back(race, start):
    """While it is entered the others wait for it."""
    assert unasked(race, start) == 0


def test_control_without_the_lock_somebody_books_behind_its_back(race, start):
    """The same crowd, lock and constraint taken away: there is a booking of which nobody was asked."""
    drop_guard()
    try:
        assert unasked(race, start, blind="lock") > 0
    finally:
        Booking.objects.update(state=BookingState.CANCELLED)
        restore_guard()
