"""The free days of all instruments agree with what each offers by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.booking.enums import BookingState
from instruments.booking.queries.availability import next_free
from instruments.booking.queries.free_days import free_days
from instruments.booking.rules.free_slots import first_starts
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.terms.models import OpeningException
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_the_first_start_of_each_day_by_hand():
    """Monday 09:00 with an hour's notice: 10:00; Tuesday taken until 11:00; a slot over midnight begins on its day."""
    free = [[Interval(at(0, 8), at(0, 20)), Interval(at(1, 11), at(1, 13)), Interval(at(2, 23), at(3, 2))]]
    midnights = [at(day, 0) for day in range(5)]
    for minutes, starts in (
        (120, [at(0, 10), at(1, 11), at(2, 23), at(3, 0)]),
        (180, [at(0, 10), None, at(2, 23), None]),
        (510, [None] * 4),
    ):
        assert first_starts(free, midnights, terms=BookingTerms(), minutes=minutes, now=NOW) == starts


def test_what_is_free_which_day():
    """A broken, a hidden and a closed one never; one for its own unit counts for that unit alone."""
    open_one = make_instrument(workdays=(8, 20))
    inside = make_instrument(workdays=(8, 20), sharing_mode=SharingMode.INTERNAL)
    make_instrument(state=InstrumentState.UNDER_REPAIR)
    make_instrument(sharing_mode=SharingMode.NOT_SHARED)
    closed = make_instrument(always_open=False)
    OpeningException.objects.create(instrument=closed, start=at(5, 8), end=at(5, 12), is_open=True)
    BookingFactory(instrument=open_one, start=at(1, 8), end=at(1, 19), state=BookingState.CONFIRMED)
    days = free_days(None, NOW)
    assert [count for _day, count in days.counts(None)][:7] == [1, 0, 1, 1, 1, 1, 0]
    assert [count for _day, count in days.counts(inside.unit_id)][:7] == [2, 1, 2, 2, 2, 1, 0]
    assert days.free_on([dt.date(2026, 3, 3), dt.date(2026, 3, 7)], None) == {closed.pk}
    assert days.free_on([dt.date(2026, 5, 3), dt.date(2026, 3, 1)], None) == frozenset()
    hour = free_days(60, NOW)
    assert hour.earliest(open_one.pk, [dt.date(2026, 3, 3)]) == (24 + 19) * 60
    assert [count for _day, count in hour.counts(None, [open_one.pk])][:2] == [1, 1]


@pytest.mark.parametrize("minutes", [30, 120, 480])
def test_it_agrees_with_the_instruments_own_offers(minutes):
    """Two stations, odd steps, notice of two days, a short horizon: the earliest start is the page's first slot."""
    made = [
        make_instrument(station_count=2, workdays=(9, 18)),
        make_instrument(workdays=(8, 20), policy={"notice_minutes": 2880}),
        make_instrument(policy={"horizon_days": 3}),
        make_instrument(workdays=(8, 20), policy={"step_minutes": 15, "longest_minutes": 600}),
    ]
    for number, instrument in enumerate(made):
        for day in range(4):
            BookingFactory(
                instrument=instrument,
                start=at(day, 9 + number),
                end=at(day, 13),
                state=BookingState.CONFIRMED,
            )
    days = free_days(minutes, NOW)
    for instrument in made:
        slot = next_free(instrument, minutes, NOW, count=1)[0]
        earliest = days.earliest(instrument.pk)
        assert at(0, 0) + dt.timedelta(minutes=earliest) == slot.start
        assert days.earliest(instrument.pk, [local_day(slot.start)]) == earliest


def test_three_queries_kept_a_minute(django_assert_num_queries, monday):
    """As many for one as for three; none for the second reader; anew after a minute and for another length."""
    for count in (1, 2):
        for _number in range(count):
            make_instrument()
        monday.shift(61)
        with django_assert_num_queries(3):
            free_days(None, NOW)
        with django_assert_num_queries(0):
            free_days(None, NOW)
    with django_assert_num_queries(3):
        free_days(60, NOW)
