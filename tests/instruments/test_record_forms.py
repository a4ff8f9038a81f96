"""Forms of the record and the terms: what a keeper types becomes what the actions take."""

from __future__ import annotations

import pytest

from instruments.actions.catalogue import change_instrument, create_instrument
from instruments.actions.reference import load_reference
from instruments.actions.terms import PolicyData, set_opening
from instruments.errors import InvalidInstrument
from instruments.forms.instrument import SECTIONS, InstrumentForm, InventoryForm
from instruments.forms.terms import PolicyForm, WeekForm
from instruments.models import Instrument, InstrumentClass
from instruments.rules.opening import WeeklyPeriod
from members.models import Region
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import UnitFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    """A unit with the reference lists loaded."""
    load_reference()
    return UnitFactory(code="IMU", region=Region.objects.get(code="150100"))


@pytest.fixture
def typed(unit):
    """What a keeper types at least."""
    return {
        "inner_id": "N1",
        "name_zh": "衍射仪",
        "instrument_class": InstrumentClass.objects.get(code="010301").pk,
        "field_1": "430",
        "field_3": "150",
        "funding": ["own"],
        "original_value": "500000",
        "started_on": "2020-01-01",
        "joined_on": "2020-01-01",
        "region": unit.region_id,
        "carrier_kind": "4",
        "source": "purchased",
        "equipment_kind": "general",
        "running_state": "normal",
        "sharing_mode": "external",
        "station_count": "1",
    }


def test_a_record_is_added_and_changed(unit, typed):
    """Fields keep their order; the version travels with the form; the code is fixed later."""
    form = InstrumentForm(typed, unit=unit)
    assert form.is_valid(), form.errors
    row = create_instrument(form.record(), actor=make_manager(unit))
    assert list(row.field_links.values_list("field__code", flat=True)) == ["430", "150"]
    shown = InstrumentForm(unit=unit, instrument=row)
    assert (shown["field_2"].initial, shown["version"].initial, shown["name_zh"].initial) == (
        "150",
        1,
        "衍射仪",
    )
    again = InstrumentForm(
        {**typed, "code": "OTHER", "name_zh": "粉末衍射仪", "version": "1"}, unit=unit, instrument=row
    )
    assert again.is_valid(), again.errors
    changed = change_instrument(row, again.record(), actor=make_steward(row), version=again.version)
    assert (changed.name_zh, changed.code) == ("粉末衍射仪", "IMU-0001")


def test_every_field_has_its_section(unit):
    """None is lost on the page, none shown twice."""
    names = [name for _title, names in SECTIONS for name in names]
    form = InstrumentForm(unit=unit)
    assert sorted(names) == sorted(form.fields)
    assert len(form.sections) == len(SECTIONS)


def test_a_refusal_is_shown_beside_its_field(unit, typed):
    """The action's own checks, on the form."""
    form = InstrumentForm({**typed, "field_3": "430", "longitude": "1", "latitude": "1"}, unit=unit)
    assert form.is_valid()
    with pytest.raises(InvalidInstrument) as refused:
        create_instrument(form.record(), actor=make_manager(unit))
    form.show(refused.value)
    assert sorted(form.errors) == ["field_1", "longitude"]
    assert Instrument.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("", []),
        ("08:00-12:00, 14:00-18:00", [(480, 720), (840, 1080)]),
        ("0:00–24:00", [(0, 1440)]),
        ("8:30至17:30；18:00~20:00", [(510, 1050), (1080, 1200)]),
    ],
)
def test_hours_are_read_as_people_write_them(text, periods):
    """Several dashes and commas, Chinese ones too."""
    form = WeekForm({"day_0": text}, instrument=make_instrument(always_open=False))
    assert form.is_valid(), form.errors
    assert form.week == [WeeklyPeriod(0, *period) for period in periods]


@pytest.mark.parametrize("text", ["8", "08:00", "12:00-08:00", "08:60-09:00", "08:00-24:01", "x-y"])
def test_nonsense_hours_are_refused(text):
    """Beside the day."""
    form = WeekForm({"day_6": text}, instrument=make_instrument(always_open=False))
    assert list(form.errors) == ["day_6"]


def test_the_week_comes_back_as_written():
    """What is stored is shown in the same form."""
    instrument = make_instrument(always_open=False)
    set_opening(
        instrument, [WeeklyPeriod(2, 480, 720), WeeklyPeriod(2, 840, 1440)], actor=make_steward(instrument)
    )
    assert WeekForm(instrument=instrument)["day_2"].initial == "08:00-12:00, 14:00-24:00"


def test_policy_form_gives_the_policy():
    """All ten rules, unchanged where nothing was typed."""
    instrument = make_instrument(policy={"approval_required": True})
    form = PolicyForm(PolicyForm(instrument=instrument).initial, instrument=instrument)
    assert form.is_valid(), form.errors
    assert form.policy == PolicyData()


def test_inventory_choices():
    """Nonsense narrows nothing."""
    form = InventoryForm({"state": ["lost"], "page": "-1", "incomplete": "on"})
    assert (form.chosen.states, form.chosen.incomplete, form.page_number) == ((), True, 1)
