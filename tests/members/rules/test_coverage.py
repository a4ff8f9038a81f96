"""Spans that leave no day uncovered."""

import datetime as dt

import pytest

from members.rules.coverage import covers_for_ever


def day(number: int) -> dt.date:
    """Day of March 2026."""
    return dt.date(2026, 3, number)


@pytest.mark.parametrize(
    ("spans", "covered"),
    [
        ([], False),
        ([(day(1), None)], True),
        ([(day(2), None)], False),
        ([(day(1), day(9))], False),
        ([(day(1), day(9)), (day(9), None)], True),
        ([(day(9), None), (day(1), day(9))], True),
        ([(day(1), day(8)), (day(9), None)], False),
        ([(day(1), day(9)), (day(3), day(5)), (day(8), None)], True),
        ([(day(1), day(1)), (day(2), None)], False),
    ],
)
def test_covers_for_ever(spans, covered):
    """From 1 March on."""
    assert covers_for_ever(spans, day(1)) is covered
