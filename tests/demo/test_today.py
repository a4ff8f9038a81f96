"""Today's board at several hours of the day: lively at work, and never a failure at night or on New Year's Day."""

from __future__ import annotations

import pytest
import time_machine
from django.db.models import Count

from audit.models import Entry
from demo.seed import seed
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking

pytestmark = pytest.mark.django_db


def states_of_today():
    rows = Booking.objects.filter(instrument__stewardships__person__email="steward@demo.example")
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))


@time_machine.travel("2026-11-24T10:40:00+08:00", tick=True)  # a Tuesday
def test_a_working_morning_shows_every_state():
    seed("small", password="demo-password-1")
    found = states_of_today()
    assert found[BookingState.COMPLETED] >= 4
    assert found[BookingState.IN_USE] >= 2
    assert found[BookingState.CONFIRMED] >= 3
    assert found[BookingState.REQUESTED] >= 2
    written = Entry.objects.filter(verb="demo.booking.written")
    past = found[BookingState.COMPLETED] + found[BookingState.IN_USE]
    assert 0 < written.count() == written.values("target_id").distinct().count() <= past
    assert Entry.objects.filter(verb="demo.network.seeded").count() == 1


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-29T23:50:00+08:00",  # a Sunday, just before midnight
        "2027-01-01T00:05:00+08:00",  # the first minutes of a year
        "2028-02-29T07:00:00+08:00",  # a leap day
    ],
)
def test_any_hour_can_be_seeded(moment):
    with time_machine.travel(moment, tick=True):
        network = seed("small", password="demo-password-1")
    assert network.counts["bookings"] >= 20
