"""The small network for tests and measurements, and today's board of the demo steward."""

from __future__ import annotations

import pytest

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.usage.models import UsageRecord
from members.models import MemberUnit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network(small_network):
    return small_network


def test_small_counts():
    assert MemberUnit.objects.count() == 5
    assert Instrument.objects.exclude(state="retired").count() == 40
    assert Instrument.objects.public().count() == 32
    assert 1000 < UsageRecord.objects.count() < 6000


def test_the_steward_has_something_to_do_today(network):
    mine = Booking.objects.filter(instrument__stewardships__person=network.people.accounts["steward"])
    assert mine.exists()
    assert mine.filter(instrument__code="IMU-DEMO-SEM").exists()


def test_completed_bookings_of_today_have_their_usage():
    done = Booking.objects.filter(state=BookingState.COMPLETED)
    for booking in done:
        record = booking.usage_records.get()
        assert (record.start, record.end, record.income) == (booking.start, booking.end, booking.price)
