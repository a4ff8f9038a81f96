"""The times of a series, worked out by hand from a calendar of 2026."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folding.times import LOCAL
from instruments.booking.rules.repeats import (
    MOST,
    PATTERNS,
    occurrences,
    overlap_each_other,
    rule_of,
)
from instruments.terms.rules.intervals import Interval


def at(month, day, hour=9):
    """Local time in 2026."""
    return dt.datetime(2026, month, day, hour, tzinfo=LOCAL)


def days(pattern, times, first, hours=2):
    """The local days on which the times begin."""
    found = occurrences(Interval(first, first + dt.timedelta(hours=hours)), rule_of(pattern, times))
    assert all(one.length == dt.timedelta(hours=hours) for one in found)
    assert all(one.start.astimezone(LOCAL).time() == first.time() for one in found)
    return [(one.start.astimezone(LOCAL).month, one.start.astimezone(LOCAL).day) for one in found]


@pytest.mark.parametrize(
    ("pattern", "times", "first", "wanted"),
    [
        ("daily", 3, at(2, 27), [(2, 27), (2, 28), (3, 1)]),
        # Thursday 5 March: Thursday, Friday, Monday, Tuesday.
        ("workdays", 4, at(3, 5), [(3, 5), (3, 6), (3, 9), (3, 10)]),
        # Saturday 7 March is one of them though the rule names no Saturday; three times in all.
        ("workdays", 3, at(3, 7), [(3, 7), (3, 9), (3, 10)]),
        ("weekly", 3, at(3, 4), [(3, 4), (3, 11), (3, 18)]),
        ("fortnightly", 3, at(3, 4), [(3, 4), (3, 18), (4, 1)]),
        ("monthly", 3, at(3, 4), [(3, 4), (4, 4), (5, 4)]),
        # April and June have no 31st.
        ("monthly", 3, at(3, 31), [(3, 31), (5, 31), (7, 31)]),
    ],
)
def test_times_keep_the_clock(pattern, times, first, wanted):
    """So many times, the first among them, each at the same local clock and of the same length."""
    assert days(pattern, times, first) == wanted


def test_a_time_past_midnight_stays_one():
    """22:00 to 02:00 begins and ends on two days, every time."""
    first = Interval(at(3, 4, 22), at(3, 5, 2))
    second = occurrences(first, rule_of("weekly", 2))[1]
    assert (second.start, second.end) == (at(3, 11, 22), at(3, 12, 2))


@pytest.mark.parametrize("times", [-1, 0, 1, 53])
def test_no_series_of_other_lengths(times):
    """Two times at least, a year of weeks at most."""
    with pytest.raises(ValueError, match="2 to 52"):
        rule_of("weekly", times)


def test_no_other_pattern():
    """What is not in the table is an error of the caller."""
    with pytest.raises(KeyError):
        rule_of("hourly", 2)


def test_times_longer_than_a_day_overlap_every_day():
    """Touching is not overlapping."""
    first = at(3, 4)
    for hours, wanted in ((24, False), (25, True)):
        times = occurrences(Interval(first, first + dt.timedelta(hours=hours)), rule_of("daily", 3))
        assert overlap_each_other(times) is wanted


@given(
    st.sampled_from(sorted(PATTERNS)),
    st.integers(2, MOST),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1)),
)
def test_every_series_is_in_order_and_complete(pattern, times, naive):
    """As many as wanted, each after the one before, the first as it was said."""
    first = Interval(naive.replace(tzinfo=LOCAL), naive.replace(tzinfo=LOCAL) + dt.timedelta(minutes=30))
    found = occurrences(first, rule_of(pattern, times))
    assert len(found) == times
    assert found[0] == first
    assert all(before.end <= after.start for before, after in pairwise(found))
