"""The report of a unit's usage holds the records of that unit, of the period, and of what the reader keeps alone."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.usage.queries.usage_report import RecordRows, instruments_of, totals_of
from tests.factories.instruments import InstrumentFactory, UsageRecordFactory

pytestmark = pytest.mark.django_db
MARCH, APRIL = dt.date(2025, 3, 1), dt.date(2025, 4, 1)


def at(day: int, hour: int, month: int = 3) -> dt.datetime:
    """An hour of 2025 in Hohhot, which is eight hours ahead."""
    return dt.datetime(2025, month, day, hour, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def units():
    """One unit with two instruments, and another with one; a record each, on both edges of March and just beyond."""
    mine = InstrumentFactory(code="AAA-1")
    second = InstrumentFactory(code="AAA-2", unit=mine.unit)
    other = InstrumentFactory(code="BBB-1")
    for instrument, number, start in (
        (mine, "first", at(1, 0)),
        (mine, "before", at(28, 22, 2)),
        (second, "last", at(31, 22)),
        (second, "after", at(1, 0, 4)),
        (other, "other", at(10, 9)),
    ):
        UsageRecordFactory(instrument=instrument, record_id=number, start=start)
    return mine.unit, other.unit


def numbers(unit, only=None):
    return [row[0] for row in RecordRows(unit, MARCH, APRIL, only)]


def test_the_records_are_those_of_the_unit_and_of_the_period(units):
    mine, other = units
    assert numbers(mine) == ["first", "last"]
    assert numbers(other) == ["other"]


def test_a_steward_gets_the_records_of_what_he_keeps(units):
    mine, _other = units
    assert numbers(mine, frozenset({"AAA-2"})) == ["last"]
    assert numbers(mine, frozenset({"BBB-1"})) == []
    assert [place.code for place in instruments_of(mine, frozenset({"AAA-2", "BBB-1"}))] == ["AAA-2"]


def test_the_totals_are_those_of_the_records(units):
    mine, _other = units
    places = instruments_of(mine)
    parts, whole = totals_of(places, MARCH, APRIL)
    assert [place.code for place in places] == ["AAA-1", "AAA-2"]
    assert [parts[place.pk].records for place in places] == [1, 1]
    assert (whole.records, whole.effective_hours) == (2, 4)
