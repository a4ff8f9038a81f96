"""Free slots: never on what is held, always inside the open time and on the grid."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from folding.times import LOCAL
from instruments.booking.rules.free_slots import (
    bookable,
    longest_parts,
    next_free_slots,
)
from instruments.terms.rules.hours import since_local_midnight
from instruments.terms.rules.intervals import Interval, subtract

ZERO = dt.datetime(2026, 3, 2, tzinfo=LOCAL)  # Monday


def span(start: int, end: int) -> Interval:
    """An interval in minutes after local midnight of that Monday."""
    return Interval(ZERO + dt.timedelta(minutes=start), ZERO + dt.timedelta(minutes=end))


def offered(free, *, earliest=0, minutes=60, step=30, count=3, one_a_day=False):
    """Slots as (start minute, station)."""
    found = next_free_slots(
        free,
        earliest=ZERO + dt.timedelta(minutes=earliest),
        latest=ZERO + dt.timedelta(days=5),
        minutes=minutes,
        step=step,
        count=count,
        one_a_day=one_a_day,
    )
    return [((slot.start - ZERO) // dt.timedelta(minutes=1), station) for slot, station in found]


def test_the_next_three_lie_after_the_taken_hour():
    """Open 08:00 to 14:00, 10:00 to 11:00 held: from 09:30 on 60 minutes fit at 11:00, 12:00 and 13:00."""
    free = {1: subtract([span(480, 840)], [span(600, 660)])}
    assert offered(free, earliest=570) == [(660, 1), (720, 1), (780, 1)]


def test_another_station_is_offered_for_the_same_hour():
    """Station 2 is free where 1 is held; no time is offered twice."""
    free = {1: [span(660, 840)], 2: [span(480, 840)]}
    assert offered(free, earliest=600) == [(600, 2), (660, 1), (720, 1)]


def test_stretches_begin_on_the_grid():
    """From 08:10 the first start is 08:30; too short a rest is no stretch."""
    assert bookable([span(490, 570)], minutes=60, step=30) == [span(510, 570)]
    assert bookable([span(490, 560)], minutes=60, step=30) == []


@given(
    held=st.lists(st.tuples(st.integers(0, 1300), st.integers(1, 300)), max_size=12),
    opened=st.lists(st.tuples(st.integers(0, 1200), st.integers(30, 600)), min_size=1, max_size=3),
    earliest=st.integers(0, 800),
    minutes=st.sampled_from([30, 60, 90]),
    step=st.sampled_from([15, 30]),
)
def test_no_offer_ever_clashes(held, opened, earliest, minutes, step):
    """Whatever is held and open."""
    busy = [span(s, s + n) for s, n in held]
    open_time = [span(s, s + n) for s, n in opened]
    free = subtract(open_time, busy)
    found = next_free_slots(
        {1: free},
        earliest=ZERO + dt.timedelta(minutes=earliest),
        latest=ZERO + dt.timedelta(days=2),
        minutes=minutes,
        step=step,
        count=5,
    )
    starts = [slot.start for slot, _ in found]
    assert starts == sorted(starts)
    for slot, _station in found:
        assert not any(slot.overlaps(b) for b in busy)
        assert any(f.contains(slot) for f in free)
        assert slot.length == dt.timedelta(minutes=minutes)
        assert since_local_midnight(slot.start) % dt.timedelta(minutes=step) == dt.timedelta()
        assert slot.start >= ZERO + dt.timedelta(minutes=earliest)


def test_one_a_day_offers_the_first_of_each_day():
    """Monday and Tuesday 08:00 to 12:00, one slot each, no third; a station from 07:00 comes second to daytime."""
    free = {1: [span(480, 720), span(1920, 2160)], 2: [span(1860, 1980)]}
    assert offered(free, one_a_day=True) == [(480, 1), (1920, 1)]
    assert offered(free) == [(480, 1), (540, 1), (600, 1)]


def test_a_day_offers_its_daytime_first():
    """Open around the clock: at eight; a day whose daytime is held: at night; until 18:00 and no longer."""
    assert offered({1: [span(0, 1440)]}, one_a_day=True) == [(480, 1)]
    assert offered({1: [span(0, 470), span(1090, 1440)]}, one_a_day=True) == [(0, 1)]
    assert offered({1: [span(0, 100), span(1030, 1440)]}, one_a_day=True) == [(0, 1)]
    assert offered({1: [span(0, 100), span(1020, 1440)]}, one_a_day=True) == [(1020, 1)]


def test_a_day_with_a_night_alone_comes_after_days_with_daytime():
    """Tonight at 20:00, tomorrow all day: tomorrow at eight; where only two are to be had, both, in order."""
    tonight, tomorrow, next_night = span(1200, 1320), span(1440, 2880), span(2880, 3000)
    assert offered({1: [tonight, tomorrow]}, one_a_day=True, count=1) == [(1920, 1)]
    assert offered({1: [tonight, tomorrow]}, one_a_day=True, count=2) == [(1200, 1), (1920, 1)]
    assert offered({1: [tonight, next_night]}, one_a_day=True, count=2) == [(1200, 1), (2880, 1)]
    assert offered({1: [tonight, tomorrow, next_night]}, one_a_day=True, count=2) == [(1200, 1), (1920, 1)]


def test_the_longest_parts_keep_to_bounds_and_grid():
    """From 08:10: 08:30 on, at most two hours; of 25 minutes nothing; what begins too late is left out."""

    def parts(free, latest=10_000):
        found = longest_parts(
            free, latest=ZERO + dt.timedelta(minutes=latest), shortest=30, longest=120, step=30
        )
        return [((part.start - ZERO) // dt.timedelta(minutes=1), part.length // dt.timedelta(minutes=1), station)
                for part, station in found]  # fmt: skip

    free = {2: [span(490, 800)], 1: [span(600, 625), span(660, 725)]}
    assert parts(free) == [(660, 60, 1), (510, 120, 2)]
    assert parts(free, latest=600) == [(510, 120, 2)]


def test_no_day_is_looked_at_where_nothing_is_free():
    assert offered({1: []}, one_a_day=True) == []
