"""When upkeep and calibrations fall due, worked by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from instruments.upkeep.rules.due import CALENDAR, MONTHS, USE, VALIDITY, Due, Repeat, later, next_due

D = dt.date


@pytest.mark.parametrize(
    ("day", "every", "unit", "expected"),
    [
        (D(2026, 3, 2), 90, "days", D(2026, 5, 31)),  # 29 days of March, 30 of April, 31 of May are 90
        (D(2026, 3, 2), 1, "days", D(2026, 3, 3)),
        (D(2026, 1, 31), 1, MONTHS, D(2026, 2, 28)),
        (D(2028, 1, 31), 1, MONTHS, D(2028, 2, 29)),
        (D(2026, 8, 31), 6, MONTHS, D(2027, 2, 28)),
        (D(2026, 2, 28), 12, MONTHS, D(2027, 2, 28)),
        (D(2028, 2, 29), 12, MONTHS, D(2029, 2, 28)),
        (D(2026, 12, 15), 1, MONTHS, D(2027, 1, 15)),
    ],
)
def test_later(day, every, unit, expected):
    """Days are counted; of a month too short for the day its last one counts."""
    assert later(day, every, unit) == expected


USED = [
    (D(2026, 3, 1), Decimal("50.00")),  # on the very day it was done: before it
    (D(2026, 3, 5), Decimal("6.50")),
    (D(2026, 3, 9), Decimal("3.25")),
    (D(2026, 3, 12), Decimal("0.25")),
    (D(2026, 3, 20), Decimal("8.00")),
]
SINCE = D(2026, 3, 1)


@pytest.mark.parametrize(
    ("interval", "valid_until", "expected"),
    [
        (Repeat(30), None, Due(D(2026, 3, 31), CALENDAR, None)),
        (Repeat(12, MONTHS), None, Due(D(2027, 3, 1), CALENDAR, None)),
        # 6.50 + 3.25 + 0.25 = 10.00 hours are reached on the 12th, 10.25 and 18.00 on the 20th, 18.01 not yet.
        (Repeat(hours=10), None, Due(D(2026, 3, 12), USE, Decimal(0))),
        (Repeat(hours=18), None, Due(D(2026, 3, 20), USE, Decimal(0))),
        (Repeat(hours=19), None, Due(None, USE, Decimal("1.00"))),
        # Both: whichever is first.
        (Repeat(10, hours=10), None, Due(D(2026, 3, 11), CALENDAR, Decimal(0))),
        (Repeat(30, hours=10), None, Due(D(2026, 3, 12), USE, Decimal(0))),
        (Repeat(11, hours=10), None, Due(D(2026, 3, 12), CALENDAR, Decimal(0))),
        (Repeat(30, hours=100), None, Due(D(2026, 3, 31), CALENDAR, Decimal("82.00"))),
        # A certificate that ends sooner, on the same day, later.
        (Repeat(12, MONTHS), D(2027, 2, 27), Due(D(2027, 2, 27), VALIDITY, None)),
        (Repeat(12, MONTHS), D(2027, 3, 1), Due(D(2027, 3, 1), CALENDAR, None)),
        (Repeat(12, MONTHS), D(2027, 3, 2), Due(D(2027, 3, 1), CALENDAR, None)),
        (Repeat(hours=19), D(2027, 3, 2), Due(D(2027, 3, 2), VALIDITY, Decimal("1.00"))),
    ],
)
def test_whichever_is_first(interval, valid_until, expected):
    """By the calendar, by use, by the certificate."""
    assert next_due(interval, SINCE, used=USED, valid_until=valid_until) == expected


def test_unused():
    """All hours are left."""
    assert next_due(Repeat(hours=500), SINCE) == Due(None, USE, Decimal(500))
