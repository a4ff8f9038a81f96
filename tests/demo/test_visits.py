"""The demonstration lives: invented people come and go as their time comes, others do by themselves."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from demo.instruments import DEMO_PAIR
from demo.people import ACCOUNTS
from demo.tasks import live
from demo.visits import let_them_live
from folding.times import LOCAL
from instruments.booking.actions.sweeps import end_forgotten_visits, mark_no_shows
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.usage.models import UsageRecord
from tests.demo.conftest import made

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("a day")]
SEEDED = dt.datetime(2026, 11, 24, 7, 30, tzinfo=LOCAL)  # a Tuesday
EVENING = dt.datetime(2026, 11, 24, 21, 0, tzinfo=LOCAL)
EMAILS = [f"{short}@demo.example" for short, _name, _unit in ACCOUNTS]


@pytest.fixture(scope="module")
def day(django_db_setup, django_db_blocker):
    """A small network seeded before work, after a day on which the schedule asked every ten minutes."""
    with time_machine.travel(SEEDED, tick=False) as clock:
        for network in made("small", django_db_blocker):
            now = SEEDED
            while now < EVENING:
                now += dt.timedelta(minutes=10)
                clock.move_to(now)
                let_them_live(now)
                mark_no_shows(now)
                end_forgotten_visits(now)
            yield network


@pytest.fixture(autouse=True)
def _in_the_evening(day):
    with time_machine.travel(EVENING, tick=False):
        yield


def invented():
    return Booking.objects.filter(kind=BookingKind.USE, start__gt=SEEDED, end__lt=EVENING).exclude(
        person__email__in=EMAILS
    )


def test_nearly_all_came_and_left_at_their_time():
    rows = invented().exclude(instrument__code__in=DEMO_PAIR)
    came = rows.filter(state=BookingState.COMPLETED)
    missed = rows.filter(state=BookingState.NO_SHOW)
    assert came.count() > 40
    assert missed.count() <= came.count() / 10
    assert not rows.filter(state__in=[BookingState.CONFIRMED, BookingState.IN_USE]).exists()
    for booking in came:
        assert booking.start <= booking.checked_in_at <= booking.start + dt.timedelta(minutes=15)
        assert booking.checked_out_at == booking.end
        record = UsageRecord.objects.get(booking=booking)
        assert (record.end, record.source) == (booking.end, "booking")
        assert 1 <= record.samples <= 12


def test_the_two_machines_and_the_accounts_are_left_to_the_visitor():
    left_alone = Booking.objects.filter(kind=BookingKind.USE, start__gt=SEEDED, end__lt=EVENING)
    assert not left_alone.filter(instrument__code__in=DEMO_PAIR, checked_in_at__isnull=False).exists()
    assert not left_alone.filter(person__email__in=EMAILS, checked_in_at__isnull=False).exists()
    assert left_alone.filter(instrument__code__in=DEMO_PAIR, state=BookingState.NO_SHOW).exists()


def test_a_second_run_changes_nothing():
    assert let_them_live(EVENING)[0] >= 0
    assert let_them_live(EVENING) == (0, 0)
    live()
