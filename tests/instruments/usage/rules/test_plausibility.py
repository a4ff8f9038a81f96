"""What is possible and yet unusual; each edge to the cent and the second."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from instruments.usage.rules.plausibility import asks_for_opening, unusual
from instruments.usage.rules.usage_entries import UsageEntry

NOW = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
ENTRY = UsageEntry(
    record_id="S-1",
    instrument_code="X",
    start=NOW - dt.timedelta(hours=10),
    end=NOW - dt.timedelta(hours=8),
    effective_hours=Decimal(2),
    user_kind="external",
    purpose="research",
)


def fields(rate=Decimal(120), opened=None, **more):
    return [field for field, _ in unusual(replace(ENTRY, **more), NOW, highest_rate=rate, open_hours=opened)]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"income": Decimal("480.00")}, []),
        ({"income": Decimal("480.01")}, ["income"]),
        ({"income": Decimal("0.01"), "effective_hours": Decimal(0)}, ["income"]),
        ({"income": Decimal(1000000000), "rate": None}, ["income"]),
        ({"income": Decimal(90000), "rate": None}, []),
        ({"income": Decimal(100000), "rate": None}, ["income"]),
        ({"income": Decimal(100001), "rate": None}, []),
        ({"samples": 200}, []),
        ({"samples": 201}, ["samples"]),
        ({"samples": 100, "effective_hours": Decimal("0.10")}, []),
        ({"opened": Decimal(2)}, []),
        ({"opened": Decimal("1.99")}, ["effective_hours"]),
        ({"end": NOW - dt.timedelta(days=366)}, []),
        ({"end": NOW - dt.timedelta(days=366, seconds=1)}, ["start"]),
    ],
)
def test_what_is_asked_about(more, found):
    assert fields(**more) == found


def test_only_long_entries_ask_for_the_opening_hours():
    assert not asks_for_opening(replace(ENTRY, effective_hours=Decimal(12)))
    assert asks_for_opening(replace(ENTRY, effective_hours=Decimal("12.01")))
