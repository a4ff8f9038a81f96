"""Working days by the published calendars of 2025 and 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from evaluations.rounds.rules.working_days import (
    is_working_day,
    last_of,
    working_days,
    years_without_calendar,
)

D = dt.date


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        # 1 to 5 May 2026 are Labour Day holidays, 9 May (Saturday) is worked in exchange.
        (D(2026, 5, 1), D(2026, 5, 7), 2),
        (D(2026, 5, 6), D(2026, 5, 9), 4),
        (D(2026, 5, 11), D(2026, 5, 15), 5),
        # The region's publicity of 2025, "5 working days": Wednesday to Tuesday.
        (D(2025, 5, 7), D(2025, 5, 13), 5),
        # National Day 2026: 1 to 7 October; 10 October (Saturday) is worked.
        (D(2026, 10, 1), D(2026, 10, 10), 3),
        (D(2026, 5, 15), D(2026, 5, 11), 0),
        (D(2026, 5, 16), D(2026, 5, 17), 0),
    ],
)
def test_working_days_by_hand(first, last, days):
    """Public holidays do not count, weekends worked in exchange do."""
    assert working_days(first, last) == days


def test_the_fifth_working_day():
    """From Thursday 30 April 2026: 30 April, 6, 7, 8 and 9 May."""
    assert last_of(D(2026, 4, 30), 5) == D(2026, 5, 9)
    with pytest.raises(ValueError, match="at least one working day"):
        last_of(D(2026, 4, 30), 0)


def test_a_year_without_a_calendar_counts_monday_to_friday_and_is_named():
    """2003 lies before the first calendar known."""
    assert is_working_day(D(2003, 10, 1))  # Wednesday, National Day
    assert not is_working_day(D(2003, 10, 4))
    assert years_without_calendar(D(2003, 12, 29), D(2004, 1, 5)) == (2003,)
    assert years_without_calendar(D(2026, 5, 1), D(2026, 5, 9)) == ()
