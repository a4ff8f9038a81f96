"""For which days a deputy can be named."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.inventory.rules.deputies import days_problem

TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        (0, 0, ""),
        (0, 365, ""),
        (0, 366, "long"),
        (-1, 3, "past"),
        (3, 2, "order"),
        (3, 3, ""),
    ],
)
def test_from_today_in_order_a_year_at_most(first, last, problem):
    """One day is the shortest, 366 the longest."""
    days = (TODAY + dt.timedelta(days=first), TODAY + dt.timedelta(days=last))
    assert days_problem(*days, TODAY) == problem
