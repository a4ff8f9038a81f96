"""Rules room of the inventory: which moments fall into an outage, by the local calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.inventory.rules.out_of_service import is_out

# 2026-03-10 00:00 in Shanghai is 2026-03-09 16:00 UTC.
BACK_ON = dt.date(2026, 3, 10)
LAST_MOMENT_OUT = dt.datetime(2026, 3, 9, 15, 59, 59, tzinfo=dt.UTC)
FIRST_MOMENT_BACK = dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("state", "back_on", "moment", "out"),
    [
        ("in_service", BACK_ON, LAST_MOMENT_OUT, False),
        ("under_repair", BACK_ON, LAST_MOMENT_OUT, True),
        ("under_repair", BACK_ON, FIRST_MOMENT_BACK, False),
        ("under_repair", None, FIRST_MOMENT_BACK, True),
        ("retired", BACK_ON, FIRST_MOMENT_BACK, True),
    ],
)
def test_is_out(state: str, back_on: dt.date | None, moment: dt.datetime, out: bool) -> None:
    assert is_out(state, back_on, moment) is out
