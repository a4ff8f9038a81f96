"""What a usage record must be like before it is written."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from folding.times import LOCAL
from instruments.usage.rules.usage_entries import UsageEntry, entry_problems

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=LOCAL)
GOOD = UsageEntry(
    record_id="A-1",
    instrument_code="XRD",
    start=dt.datetime(2026, 2, 24, 9, tzinfo=LOCAL),
    end=dt.datetime(2026, 2, 24, 12, tzinfo=LOCAL),
    effective_hours=Decimal("2.50"),
    user_kind="external",
    purpose="research",
    startup_hours=Decimal("0.50"),
    processing_hours=Decimal("0.25"),
)


def wrong(**changes) -> list[str]:
    """The fields that are wrong, in their order."""
    return [field for field, _ in entry_problems(replace(GOOD, **changes), NOW, 2)]


def test_the_measurement_is_what_the_others_leave():
    """2.50 - 0.50 - 0.25 = 1.75."""
    assert GOOD.measurement_hours == Decimal("1.75")
    assert wrong() == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"record_id": "  "}, ["record_id"]),
        ({"record_id": "x" * 51, "user_name": "\0", "user_unit": "x" * 101}, ["record_id", "user_name", "user_unit"]),
        ({"start": GOOD.start.replace(tzinfo=None), "end": GOOD.end.replace(tzinfo=None)}, ["start", "end"]),
        ({"end": GOOD.start}, ["end"]),
        ({"end": NOW + dt.timedelta(minutes=1)}, ["end"]),
        ({"end": NOW}, []),
        ({"start": NOW - dt.timedelta(days=366), "end": NOW}, []),
        ({"start": NOW - dt.timedelta(days=367), "end": NOW}, ["end"]),
        ({"start": dt.datetime(1, 1, 1, tzinfo=dt.UTC), "end": dt.datetime(1, 1, 1, 3, tzinfo=dt.UTC)}, ["start"]),
        ({"effective_hours": Decimal("3.00")}, []),
        ({"effective_hours": Decimal("3.01")}, ["effective_hours"]),
        ({"effective_hours": Decimal("0.75")}, []),
        ({"effective_hours": Decimal("0.74")}, ["effective_hours"]),
        ({"effective_hours": Decimal("NaN")}, ["effective_hours"]),
        ({"startup_hours": Decimal("-0.01")}, ["startup_hours"]),
        ({"processing_hours": Decimal("0.001")}, ["processing_hours"]),
        ({"income": Decimal("10000000000")}, ["income"]),
        ({"samples": -1}, ["samples"]),
        ({"samples": 2**31}, ["samples"]),
        ({"user_kind": "friend", "purpose": ""}, ["user_kind", "purpose"]),
        ({"station": 2}, []),
        ({"station": 3}, ["station"]),
        ({"station": 0}, ["station"]),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named(changes, fields):
    """09:00 to 12:00 is three hours; two stations; now is Monday 09:00."""
    assert wrong(**changes) == fields


@pytest.mark.parametrize(("day", "fields"), [(24, []), (25, ["start"])])
def test_no_use_lies_before_the_instruments_first_day(day, fields):
    """Put to use on the day itself, or the day after."""
    found = entry_problems(GOOD, NOW, 2, dt.date(2026, 2, day))
    assert [field for field, _ in found] == fields
