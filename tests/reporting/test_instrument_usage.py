"""The usage report: totals worked by hand, every record behind them, half-open days, who may have it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from changes import perform
from instruments.usage.enums import UserKind
from members.enums import UnitRoleKind
from reporting import making, runs
from reporting.errors import InvalidParameters
from reporting.models import ReportRun
from tests.factories.instruments import InstrumentFactory, StewardshipFactory, UsageRecordFactory
from tests.factories.members import PersonFactory, UnitFactory, UnitRoleFactory, make_manager, make_officer
from tests.reporting.kinds import content_of

pytestmark = pytest.mark.django_db

MARCH = {"start": "2025-03-01", "end": "2025-04-01"}
EVIL = "=cmd|' /C calc'!A0"


def at(day: str) -> dt.datetime:
    """A moment in Shanghai."""
    return dt.datetime.fromisoformat(f"{day}+08:00")


@pytest.fixture
def unit():
    """A unit with three instruments, one idle, and records on both edges of March."""
    unit = UnitFactory(code="IMU", name_zh="内蒙古大学", name_en="Inner Mongolia University")
    first, second, _idle = (InstrumentFactory(unit=unit, code=f"IMU-{n}", name_zh=f"仪器{n}") for n in "ABC")
    records = (
        (first, "2025-02-28T23:00", "4.00", UserKind.EXTERNAL, "100.00"),  # began in February
        (first, "2025-03-01T00:00", "2.25", UserKind.EXTERNAL, "300.10"),
        (first, "2025-03-10T08:00", "1.50", UserKind.INTERNAL, "0.00"),
        (second, "2025-03-31T23:30", "3.05", UserKind.EXTERNAL, "99.99"),  # ends in April, counts in March
        (second, "2025-04-01T08:00", "9.00", UserKind.EXTERNAL, "900.00"),
    )
    for number, (instrument, start, hours, kind, income) in enumerate(records):
        begin = at(start) if start != "2025-03-01T00:00" else at("2025-03-01T03:00")
        UsageRecordFactory(
            instrument=instrument,
            record_id=f"R{number}",
            start=begin,
            end=begin + dt.timedelta(hours=3),
            measurement_hours=Decimal(hours),
            user_kind=kind,
            income=Decimal(income),
            user_name=EVIL if number == 1 else "张三",
        )
    return unit


def made(actor, **parameters) -> ReportRun:
    """Ask for March and make it."""
    run = perform(
        actor, runs.request_run, "instrument_usage", {"unit": "IMU", **MARCH, **parameters}, language="en"
    )
    making.make(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run


def test_workbook_totals(unit):
    """Totals per instrument with the idle one, and every record of March."""
    run = made(make_manager(unit), format="xlsx")
    book = openpyxl.load_workbook(content_of(run))
    totals = [[cell.value for cell in row] for row in book["Totals per instrument"].iter_rows(min_row=2)]
    assert [row[:1] + row[2:] for row in totals] == [
        # code, records, effective, internal, external, share, samples, income, external income
        ["IMU-A", 2, 3.75, 1.5, 2.25, 0.6, 6, 300.1, 300.1],
        ["IMU-B", 1, 3.05, 0, 3.05, 1, 3, 99.99, 99.99],
        ["IMU-C", 0, 0, 0, 0, None, 0, 0, 0],
        ["Total", 3, 6.8, 1.5, 5.3, 0.779412, 9, 400.09, 400.09],
    ]
    rows = [[cell.value for cell in row] for row in book["Usage records"].iter_rows(min_row=2)]
    assert [row[0] for row in rows] == ["R1", "R2", "R3"]
    assert sum(Decimal(str(row[6])) for row in rows) == Decimal("6.80")
    assert rows[0][8] == EVIL
    assert rows[0][4] == dt.datetime(2025, 3, 1, 3, 0)
    assert run.file_name == "Instrument usage Inner Mongolia University, 2025-03-01 to 2025-03-31.xlsx"


def test_csv_records(unit):
    """One row per record, times with offset, the evil name harmless."""
    run = made(make_manager(unit), format="csv")
    content = content_of(run).read()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows] == ["Record number", "R1", "R2", "R3"]
    assert rows[1][4] == "2025-03-01T03:00+08:00"
    assert rows[1][6] == "2.25"
    assert rows[1][8] == f"'{EVIL}"


def test_only_the_current_figures_count(unit):
    """A corrected record is not counted twice."""
    record = unit.usage_records.get(record_id="R2")
    unit.usage_records.filter(pk=record.pk).update(is_current=False)
    UsageRecordFactory(
        instrument=record.instrument, record_id="R2", start=record.start, end=record.end,
        measurement_hours=Decimal("2.50"), user_kind=UserKind.INTERNAL, income=0, corrects=record,
    )  # fmt: skip
    book = openpyxl.load_workbook(content_of(made(make_manager(unit), format="xlsx")))
    assert book["Totals per instrument"]["D2"].value == 4.75


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": "2025-03-01"}, "end"),
        ({"end": "2030-03-01"}, "end"),
        ({"start": "yesterday"}, "start"),
        ({"unit": "NOBODY"}, "unit"),
    ],
)
def test_wrong_parameters(unit, change, field):
    """The wrong field is named."""
    with pytest.raises(InvalidParameters) as refused:
        perform(make_manager(unit), runs.request_run, "instrument_usage", {"unit": "IMU", **MARCH, **change})
    assert set(refused.value.fields) == {field}


def test_who_may_have_it(unit):
    """Who sees the whole unit's usage; a steward has only what they keep; nobody else, not even of the unit."""
    run = made(make_officer())
    for kind in (UnitRoleKind.MANAGER, UnitRoleKind.VIEWER):
        assert runs.may_download(UnitRoleFactory(unit=unit, kind=kind).person, run), kind
    assert not runs.may_download(UnitRoleFactory(unit=unit, kind=UnitRoleKind.STEWARD).person, run)
    for stranger in (PersonFactory(home_unit=unit), make_manager(UnitFactory())):
        assert not runs.may_download(stranger, run)
        with pytest.raises(InvalidParameters):
            perform(stranger, runs.request_run, "instrument_usage", {"unit": "IMU", **MARCH})


def test_steward_gets_the_instruments_he_keeps(unit):
    """IMU-B alone: one record of 3.05 h. The manager may have it, a steward of IMU-A may not."""
    instrument = unit.instruments.get(code="IMU-B")
    steward = UnitRoleFactory(unit=unit, kind=UnitRoleKind.STEWARD).person
    StewardshipFactory(instrument=instrument, person=steward)
    other = UnitRoleFactory(unit=unit, kind=UnitRoleKind.STEWARD).person
    StewardshipFactory(instrument=unit.instruments.get(code="IMU-A"), person=other)
    run = made(steward, format="xlsx")
    assert run.parameters["instruments"] == ["IMU-B"]
    book = openpyxl.load_workbook(content_of(run))
    totals = [[cell.value for cell in row] for row in book["Totals per instrument"].iter_rows(min_row=2)]
    assert [row[:4] for row in totals] == [
        ["IMU-B", instrument.name_en or instrument.name_zh, 1, 3.05],
        ["Total", None, 1, 3.05],
    ]
    records = [[cell.value for cell in row] for row in book["Usage records"].iter_rows(min_row=2)]
    assert [row[0] for row in records] == ["R3"]
    assert runs.may_download(steward, run)
    assert runs.may_download(make_manager(unit), run)
    assert not runs.may_download(other, run)
    assert perform(steward, runs.request_again, run).parameters == run.parameters
