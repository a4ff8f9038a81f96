"""Facts with dates: what an instrument and its unit were on a day, whatever they become."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from importlib import import_module

import pytest
import time_machine
from django.apps import apps

from audit.models import Entry
from changes import perform
from instruments.inventory.actions.instruments import (
    COLUMNS,
    InstrumentData,
    change_instrument,
    change_state,
    create_instrument,
)
from instruments.inventory.models import Instrument, InstrumentFacts, InstrumentField, InstrumentFunding
from instruments.inventory.queries.facts import ALWAYS, changes_since, facts_at, facts_on
from instruments.terms.actions.terms import set_opening
from instruments.terms.models import OpeningPeriod
from instruments.terms.rules.opening import WeeklyPeriod
from members.actions.units import UnitData, change_unit
from members.models import UnitFacts
from members.queries.unit_facts import unit_facts_at, unit_facts_on
from tests.factories.instruments import ApplicationFieldFactory, make_instrument
from tests.factories.members import RegionFactory, UnitFactory, make_officer

pytestmark = pytest.mark.django_db

JANUARY = dt.datetime(2026, 1, 10, 4, tzinfo=dt.UTC)
MARCH = dt.datetime(2026, 3, 10, 4, tzinfo=dt.UTC)
MAY = dt.datetime(2026, 5, 10, 4, tzinfo=dt.UTC)


def data_of(instrument) -> InstrumentData:
    """The record as it is."""
    return InstrumentData(
        fields=tuple(link.field for link in instrument.field_links.order_by("position")),
        funding=tuple(sorted(link.source for link in instrument.funding.all())),
        **{name: getattr(instrument, name) for name in COLUMNS},
    )


def data_of_unit(unit) -> UnitData:
    """The unit as it is."""
    return UnitData(**{item.name: getattr(unit, item.name) for item in fields(UnitData)})


@pytest.fixture
def officer():
    """Changes what they like."""
    return make_officer()


@pytest.fixture
def instrument():
    """Known before any row of facts was written."""
    row = make_instrument(name_zh="旧名", original_value=Decimal("600000.00"))
    InstrumentFunding.objects.create(instrument=row, source="own")
    InstrumentField.objects.create(instrument=row, field=ApplicationFieldFactory(), position=1)
    return row


def edited(officer, instrument, at, **changes):
    """Change the record at a moment."""
    instrument.refresh_from_db()
    with time_machine.travel(at, tick=False):
        perform(officer, change_instrument, instrument, replace(data_of(instrument), **changes))


def test_each_change_leaves_what_was_and_what_is(officer, instrument):
    """Value, name and state as of a moment, both edges; what no row spoke of held always."""
    edited(officer, instrument, JANUARY, original_value=Decimal("700000.00"), name_zh="新名")
    with time_machine.travel(MARCH, tick=False):
        perform(officer, change_state, instrument, "retired", note="x")
    rows = InstrumentFacts.objects.filter(instrument=instrument).order_by("valid_from")
    assert [(row.valid_from, row.name_zh, row.original_value, row.state, row.entered) for row in rows] == [
        (ALWAYS, "旧名", Decimal("600000.00"), "in_service", False),
        (JANUARY, "新名", Decimal("700000.00"), "in_service", False),
        (MARCH, "新名", Decimal("700000.00"), "retired", False),
    ]
    tick = dt.timedelta(microseconds=1)
    seen = [facts_at(moment)[instrument.pk] for moment in (JANUARY - tick, JANUARY, MARCH - tick, MARCH, MAY)]
    assert [(past.name_zh, past.original_value, past.state) for past in seen] == [
        ("旧名", Decimal("600000.00"), "in_service"),
        ("新名", Decimal("700000.00"), "in_service"),
        ("新名", Decimal("700000.00"), "in_service"),
        ("新名", Decimal("700000.00"), "retired"),
        ("新名", Decimal("700000.00"), "retired"),
    ]
    # Local days: midnight in the region is 16:00 UTC of the day before.
    assert facts_on(dt.date(2026, 1, 9))[instrument.pk].name_zh == "旧名"
    assert facts_on(dt.date(2026, 1, 10))[instrument.pk].name_zh == "新名"


def test_what_changes_nothing_that_counts_leaves_no_row(officer, instrument):
    """A new phone number is no fact; two changes of one moment are one row."""
    edited(officer, instrument, JANUARY, contact_phone="0471-1")
    assert [row.valid_from for row in InstrumentFacts.objects.all()] == [ALWAYS]
    edited(officer, instrument, JANUARY, name_en="One")
    edited(officer, instrument, JANUARY, name_en="Two")
    assert [row.name_en for row in InstrumentFacts.objects.order_by("valid_from")][1:] == ["Two"]


def test_an_instrument_entered_later_is_as_it_was_entered(officer, instrument):
    """Its first row says so, and an evaluation hears of it."""
    with time_machine.travel(MARCH, tick=False):
        made = perform(officer, create_instrument, replace(data_of(instrument), code="", inner_id="N-9"))
    edited(officer, made, MAY, original_value=Decimal(1))
    assert facts_at(JANUARY)[made.pk].original_value == Decimal("600000.00")
    found = changes_since(JANUARY)
    assert [(one.instrument, one.at, one.entered) for one in found] == [
        (made.pk, MARCH, True),
        (made.pk, MAY, False),
    ]
    assert (found[1].before, found[1].after) == (
        {"original_value": "600000.00"},
        {"original_value": "1.00"},
    )
    assert changes_since(JANUARY, MARCH) == found[:1]
    assert changes_since(MARCH, MAY) == found[1:]


def test_nobody_reads_them_out_of_the_history(officer, instrument):
    """The history may be put away; the facts stay."""
    edited(officer, instrument, JANUARY, name_zh="新名")
    changed = Entry.objects.get()
    assert (changed.verb, changed.before) == ("instruments.instrument.changed", {"name_zh": "旧名"})
    InstrumentFacts.objects.filter(valid_from=ALWAYS).update(name_zh="另一个")
    assert facts_at(ALWAYS)[instrument.pk].name_zh == "另一个"


def test_a_unit_is_what_it_was(officer):
    """Name, region and membership as of a day; the present one is another."""
    unit = UnitFactory.create(name_zh="甲大学", name_en="A")
    first, second = unit.region, RegionFactory.create()
    with time_machine.travel(MARCH, tick=False):
        perform(
            officer,
            change_unit,
            unit,
            replace(data_of_unit(unit), name_zh="乙大学", region=second, state="left"),
        )
    before, after = unit_facts_on(dt.date(2026, 3, 9))[unit.pk], unit_facts_at(MAY)[unit.pk]
    assert (before.name_zh, before.region, before.state) == ("甲大学", first, "active")
    assert (after.name_zh, after.region, after.state) == ("乙大学", second, "left")
    assert UnitFacts.objects.filter(unit=unit).count() == 2


def as_told():
    """Every row of facts in words."""
    facts = InstrumentFacts.objects.order_by("instrument", "valid_from")
    weeks = OpeningPeriod.objects.order_by("valid_from", "weekday", "opens")
    return (
        [
            (f.instrument_id, f.valid_from, f.name_zh, f.original_value, f.funding, f.state, f.entered)
            for f in facts
        ],
        [(p.valid_from, p.valid_to, p.weekday, p.opens, p.closes) for p in weeks],
        list(
            UnitFacts.objects.order_by("unit", "valid_from").values_list(
                "unit", "valid_from", "name_zh", "region"
            )
        ),
    )


def test_the_upgrade_writes_the_same_rows_from_the_history(officer, instrument):
    """As if they had been written at once: facts of instruments and units, weeks, who changed it last."""
    region = RegionFactory.create()
    OpeningPeriod.objects.filter(instrument=instrument).delete()
    OpeningPeriod.objects.create(
        instrument=instrument, weekday=0, opens=0, closes=60, valid_from=ALWAYS.date()
    )
    with time_machine.travel(JANUARY, tick=False):
        perform(
            officer,
            change_unit,
            instrument.unit,
            replace(data_of_unit(instrument.unit), name_zh="乙", region=region),
        )
    edited(officer, instrument, JANUARY, original_value=Decimal("1.00"), funding=("central", "own"))
    with time_machine.travel(MARCH, tick=False):
        perform(officer, set_opening, instrument, [WeeklyPeriod(1, 60, 120)])
        perform(officer, change_state, instrument, "retired", note="x")
        made = perform(officer, create_instrument, replace(data_of(instrument), code="", inner_id="N-9"))
    edited(officer, made, MAY, name_zh="后来")
    OpeningPeriod.objects.filter(instrument=made).delete()
    expected = as_told()
    assert len(expected[0]) == 5
    InstrumentFacts.objects.all().delete()
    UnitFacts.objects.all().delete()
    Instrument.objects.update(changed_by=None)
    OpeningPeriod.objects.exclude(valid_to=None).delete()
    OpeningPeriod.objects.update(valid_from=ALWAYS.date())
    import_module("members.migrations.0007_facts_of_units_from_history").fill(apps, None)
    import_module("instruments.migrations.0014_facts_from_history").fill(apps, None)
    units = {row[0] for row in expected[2]}
    facts, weeks, of_units = as_told()
    assert (facts, weeks) == expected[:2]
    assert [row for row in of_units if row[0] in units] == expected[2]
    assert set(Instrument.objects.values_list("changed_by", flat=True)) == {officer.pk}
