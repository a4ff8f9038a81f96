"""Places on the time grids, counted by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from display.grids import board_place, week_place
from folding.times import LOCAL


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)  # the 25th is a Wednesday


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (at(8), at(9), "s1 e13"),
        (at(9, 30), at(11, 5), "s19 e38"),
        (at(9, 2), at(9, 4), "s13 e14"),
        (at(6), at(9), "s1 e13 cut-start"),
        (at(19), at(22), "s133 e145 cut-end"),
        (at(6), at(8), ""),
        (at(20), at(22), ""),
    ],
)
def test_board_columns_are_five_minutes(start, end, place):
    assert board_place(start, end, at(8), at(20)) == place


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (at(14), at(16, 30), "r24 n10"),
        (at(8), at(8, 5), "r0 n1"),
        (at(7), at(8), ""),
        (at(19, 50), at(23), "r47 n1"),
    ],
)
def test_week_rows_are_fifteen_minutes(start, end, place):
    assert week_place(start, end, at(8), at(20)) == place
