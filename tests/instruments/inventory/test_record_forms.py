"""Forms of the record and the terms: what a custodian types becomes what the actions take."""

from __future__ import annotations

import pytest

from changes import perform
from instruments.inventory.actions.instruments import change_instrument, create_instrument
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.forms.instrument import SECTIONS, InstrumentForm, InventoryForm
from instruments.inventory.models import Instrument, InstrumentClass
from instruments.terms.actions.terms import set_opening
from instruments.terms.forms.policy import PolicyForm
from instruments.terms.forms.terms import WeekForm
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.limits import PolicyData
from instruments.terms.rules.opening import WeeklyPeriod
from members.models import Region
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import UnitFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    """A unit with the reference lists loaded."""
    perform(None, load_reference)
    return UnitFactory(code="IMU", region=Region.objects.get(code="150100"))


@pytest.fixture
def typed(unit):
    """What a custodian types at least."""
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
    row = perform(make_manager(unit), create_instrument, form.record())
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
    changed = perform(make_steward(row), change_instrument, row, again.record(), seen=again.version)
    assert (changed.name_zh, changed.code) == ("粉末衍射仪", "IMU-0001")


def test_every_field_has_its_section(unit):
    """None is lost on the page, none shown twice."""
    names = [name for _title, names in SECTIONS for name in names]
    form = InstrumentForm(unit=unit)
    assert sorted(names) == sorted(form.fields)
    assert len(form.sections) == len(SECTIONS)


def test_what_lies_between_fields_is_told_with_the_rest(unit, typed):
    """One sending, every mistake."""
    wrong = {"name_zh": "", "original_value": "-1", "field_3": "430", "longitude": "1", "latitude": "1"}
    form = InstrumentForm({**typed, **wrong, "started_on": "2999-01-01", "code": "x"}, unit=unit)
    assert sorted(form.errors) == [
        "code",
        "field_1",
        "longitude",
        "name_zh",
        "original_value",
        "started_on",
    ]
    assert list(InstrumentForm({**typed, "longitude": "111"}, unit=unit).errors) == ["latitude"]


def test_a_refusal_is_shown_beside_its_field(unit, typed):
    """What only the action can know: the number is taken."""
    manager = make_manager(unit)
    first = InstrumentForm(typed, unit=unit)
    assert first.is_valid()
    perform(manager, create_instrument, first.record())
    form = InstrumentForm(typed, unit=unit)
    assert form.is_valid()
    with pytest.raises(InvalidInstrument) as refused:
        perform(manager, create_instrument, form.record())
    form.show(refused.value)
    assert list(form.errors) == ["inner_id"]
    assert Instrument.objects.count() == 1


def typed_day(weekday, *periods):
    """What a browser sends for the periods of one day."""
    return {
        f"day_{weekday}_{place}_{side}": text
        for place, period in enumerate(periods)
        for side, text in zip(("opens", "closes"), period, strict=True)
    }


@pytest.mark.parametrize(
    ("typed", "periods"),
    [
        ([], []),
        ([("08:00", "12:00"), ("14:00", "18:00")], [(480, 720), (840, 1080)]),
        ([("", ""), ("14:00", "18:00")], [(840, 1080)]),
        ([("00:00", "00:00")], [(0, 1440)]),
        ([("20:00", "00:00")], [(1200, 1440)]),
    ],
)
def test_hours_are_read_from_the_table(typed, periods):
    """Two periods a day; midnight closes as 00:00; an empty day is closed."""
    form = WeekForm(typed_day(0, *typed), instrument=make_instrument(always_open=False))
    assert form.is_valid(), form.errors
    assert form.week == [WeeklyPeriod(0, *period) for period in periods]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ([("08:00", "")], "day_6_0_closes"),
        ([("", "08:00")], "day_6_0_opens"),
        ([("12:00", "08:00")], "day_6_0_closes"),
        ([("8 o'clock", "09:00")], "day_6_0_opens"),
        ([("14:00", "18:00"), ("08:00", "15:00")], "day_6_0_opens"),
    ],
)
def test_nonsense_hours_are_refused(typed, wrong):
    """Beside the field."""
    form = WeekForm(typed_day(6, *typed), instrument=make_instrument(always_open=False))
    assert list(form.errors) == [wrong]


def test_the_week_comes_back_as_written():
    """What is stored is shown in the same form, a third period of a day too."""
    instrument = make_instrument(always_open=False)
    week = [WeeklyPeriod(2, 480, 720), WeeklyPeriod(2, 840, 960), WeeklyPeriod(2, 1200, 1440)]
    perform(make_steward(instrument), set_opening, instrument, week)
    shown = WeekForm(instrument=instrument)
    sent = {name: field.value() for name in shown.initial if (field := shown[name])}
    again = WeekForm(sent, instrument=instrument)
    assert again.is_valid(), again.errors
    assert again.week == week
    assert sent["day_2_2_closes"] == "24:00"  # midnight as the end of a day


def test_monday_is_copied_to_the_workdays():
    """What stood there on Tuesday goes; Saturday stays."""
    typed = {
        **typed_day(0, ("08:00", "12:00")),
        **typed_day(1, ("", ""), ("14:00", "15:00")),
        **typed_day(5, ("09:00", "10:00")),
    }
    form = WeekForm(typed, instrument=make_instrument(always_open=False)).like_monday()
    assert form.is_valid(), form.errors
    assert form.week == [*(WeeklyPeriod(day, 480, 720) for day in range(5)), WeeklyPeriod(5, 540, 600)]


def test_policy_form_gives_the_policy():
    """All rules, unchanged where nothing was typed; an empty limit is none."""
    policy = policy_of(make_instrument(policy={"approval_required": True}))
    shown = {
        name: "" if value is None else value for name, value in PolicyForm(policy=policy).initial.items()
    }
    form = PolicyForm(shown, policy=policy)
    assert form.is_valid(), form.errors
    assert form.policy == PolicyData()


def test_inventory_choices():
    """Nonsense narrows nothing."""
    form = InventoryForm({"state": ["lost"], "page": "-1", "incomplete": "on"})
    assert (form.chosen.states, form.chosen.incomplete, form.page_number) == ((), True, 1)
