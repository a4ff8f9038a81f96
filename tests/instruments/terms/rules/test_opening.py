"""Opening hours, worked by hand."""

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from folding.times import LOCAL
from instruments.terms.rules.hours import hours_between, local_midnight, round_up, since_local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.opening import DatedException, WeeklyPeriod, open_hours, open_intervals

WORKDAYS = [WeeklyPeriod(day, 8 * 60, 20 * 60) for day in range(5)]
ALWAYS = [WeeklyPeriod(day, 0, 1440) for day in range(7)]
MONDAY = dt.date(2026, 3, 2)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Local time in the week of Monday 2 March 2026; day 0 is that Monday."""
    return dt.datetime(2026, 3, 2, tzinfo=LOCAL) + dt.timedelta(days=day, hours=hour, minutes=minute)


WEEK = Interval(at(0, 0), at(7, 0))


def test_a_working_week_has_five_intervals():
    """Monday to Friday 08:00 to 20:00, 60 hours."""
    found = open_intervals(WORKDAYS, [], WEEK)
    assert found == [Interval(at(d, 8), at(d, 20)) for d in range(5)]
    assert open_hours(WORKDAYS, [], WEEK) == Decimal("60.00")


def test_days_that_meet_at_midnight_become_one():
    """Around the clock is one interval, so a booking may cross midnight."""
    assert open_intervals(ALWAYS, [], WEEK) == [WEEK]


def test_exceptions_close_and_open_and_closed_wins():
    """Tuesday shut until noon; Saturday open 10 to 14 but shut again from 12 on."""
    exceptions = [
        DatedException(at(1, 0), at(1, 12), is_open=False),
        DatedException(at(5, 10), at(5, 14), is_open=True),
        DatedException(at(5, 12), at(5, 20), is_open=False),
    ]
    found = open_intervals(WORKDAYS, exceptions, Interval(at(1, 0), at(7, 0)))
    assert found == [
        Interval(at(1, 12), at(1, 20)),
        Interval(at(2, 8), at(2, 20)),
        Interval(at(3, 8), at(3, 20)),
        Interval(at(4, 8), at(4, 20)),
        Interval(at(5, 10), at(5, 12)),
    ]
    assert open_hours(WORKDAYS, exceptions, WEEK) == Decimal("58.00")  # 60 - 4 on Tuesday + 2 on Saturday


def test_a_year_of_workdays():
    """2025 has 261 weekdays: 261 × 12 = 3132 hours."""
    year = Interval(local_midnight(dt.date(2025, 1, 1)), local_midnight(dt.date(2026, 1, 1)))
    assert open_hours(WORKDAYS, [], year) == Decimal("3132.00")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40 * 96), st.integers(1, 30 * 96))
def test_counting_by_weekday_equals_summing_intervals(start, length):
    """The short cut of whole days changes nothing, wherever the window begins and ends."""
    begin = at(0, 0) + dt.timedelta(minutes=15 * start)
    window = Interval(begin, begin + dt.timedelta(minutes=15 * length))
    week = [*WORKDAYS, WeeklyPeriod(5, 0, 90), WeeklyPeriod(6, 1380, 1440)]
    summed = sum((hours_between(i.start, i.end) for i in open_intervals(week, [], window)), Decimal())
    assert open_hours(week, [], window) == summed


def test_the_grid_counts_from_local_midnight():
    """09:10 rounds up to 09:30; a step of 50 minutes starts afresh at midnight."""
    assert round_up(at(0, 9, 10), 30) == at(0, 9, 30)
    assert round_up(at(0, 9, 30), 30) == at(0, 9, 30)
    assert round_up(at(0, 23, 50), 50) == at(1, 0)
    assert since_local_midnight(at(0, 9, 10)) == dt.timedelta(hours=9, minutes=10)
    assert since_local_midnight(dt.datetime.max.replace(tzinfo=LOCAL)) < dt.timedelta(days=1)
