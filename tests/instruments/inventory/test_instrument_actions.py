"""Create, change and retire instruments: success, each refusal, nothing changed after it, the audit row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
import time_machine
from django.db.models import CharField, TextField

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed, Unresolved
from instruments.inventory.actions.instruments import (
    InstrumentData,
    change_instrument,
    change_state,
    create_instrument,
)
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.enums import InstrumentState
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.models import ApplicationField, Instrument, InstrumentClass
from instruments.inventory.queries.inventory import (
    InventoryFilters,
    completeness_of,
    inventory,
    inventory_totals,
    with_record,
)
from instruments.inventory.queries.search import matching
from instruments.inventory.rules.completeness import RECORD
from instruments.terms.queries.policy import owner_of, policy_of
from members.models import Region
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 4, 2, 0, tzinfo=dt.UTC)  # Wednesday 10:00 in Shanghai


@pytest.fixture(autouse=True)
def _now():
    """Stand still on a Wednesday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def unit():
    """A unit with the reference lists loaded."""
    perform(None, load_reference)
    return UnitFactory(code="IMU", region=Region.objects.get(code="150100"))


@pytest.fixture
def data(unit):
    """A small but valid record."""
    return InstrumentData(
        unit=unit,
        inner_id="20260001",
        name_zh="X射线衍射仪",
        instrument_class=InstrumentClass.objects.get(code="010301"),
        fields=(ApplicationField.objects.get(code="430"), ApplicationField.objects.get(code="150")),
        funding=("central", "own"),
        original_value=Decimal("1386000.00"),
        started_on=dt.date(2020, 5, 6),
        region=unit.region,
        longitude=Decimal("111.69"),
        latitude=Decimal("40.81"),
    )


def verbs():
    """The history, oldest first."""
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


def test_a_manager_adds_an_instrument(unit, data):
    """It gets the next code, fields in order, the unit's rules, workdays, and is found at once."""
    make_instrument(unit=unit, code="IMU-0041")
    row = perform(make_manager(unit), create_instrument, data)
    row = Instrument.objects.get(pk=row.pk)
    assert (row.code, row.state, row.version) == ("IMU-0042", "in_service", 1)
    assert list(row.field_links.values_list("position", "field__code")) == [(1, "430"), (2, "150")]
    assert sorted(row.funding.values_list("source", flat=True)) == ["central", "own"]
    assert (owner_of(policy_of(row)), policy_of(row).longest_minutes) == ("network", 480)
    assert list(row.opening_periods.values_list("weekday", "opens", "closes")) == [
        (day, 480, 1080) for day in range(5)
    ]
    assert list(matching(Instrument.objects.all(), "XRD 材料科学")) == [row]
    entry = Entry.objects.get(verb="instruments.instrument.created")
    assert entry.after["fields"] == ["430", "150"]
    assert entry.after["original_value"] == "1386000.00"


def test_everything_wrong_is_named_at_once(unit, data):
    """All fields in one answer, and nothing is written."""
    make_instrument(unit=unit, code="TAKEN-1", inner_id="20260001")
    field = data.fields[0]
    with pytest.raises(InvalidInstrument) as refused:
        perform(
            make_officer(),
            create_instrument,
            replace(
                data,
                code="taken-1",
                name_zh="",
                fields=(field, field),
                funding=(),
                original_value=Decimal("-1"),
                started_on=dt.date(2026, 3, 5),
                longitude=Decimal("96.99"),
                technical="长" * 501,
                station_count=0,
                contact_email="nobody",
                sharing_mode="sometimes",
            ),
        )
    assert sorted(refused.value.fields) == [
        "code",
        "contact_email",
        "fields",
        "funding",
        "inner_id",
        "longitude",
        "name_zh",
        "original_value",
        "sharing_mode",
        "started_on",
        "station_count",
        "technical",
    ]
    assert Instrument.objects.count() == 1
    assert verbs() == []


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_fields(data, count):
    """None and five are refused."""
    fields = tuple(ApplicationField.objects.order_by("code")[:count])
    with pytest.raises(InvalidInstrument) as refused:
        perform(make_officer(), create_instrument, replace(data, fields=fields))
    assert list(refused.value.fields) == ["fields"]


def test_one_coordinate_is_not_enough(data):
    """Both or none."""
    with pytest.raises(InvalidInstrument) as refused:
        perform(make_officer(), create_instrument, replace(data, latitude=None))
    assert list(refused.value.fields) == ["latitude"]
    assert perform(make_officer(), create_instrument, replace(data, latitude=None, longitude=None)).pk


def test_strangers_add_nothing(unit, data):
    """A member of the unit and another unit's manager are refused, on record."""
    for person in (PersonFactory(home_unit=unit), make_manager(UnitFactory())):
        with pytest.raises(NotAllowed):
            perform(person, create_instrument, data)
    assert Instrument.objects.count() == 0
    assert verbs() == ["instruments.refused"] * 2
    assert Entry.objects.first().after == {"verb": "create_instrument", "reason": "no_right"}


def test_a_steward_changes_the_record(data):
    """Only what changed is kept in the history; the version moves on; the index follows."""
    row = perform(make_officer(), create_instrument, data)
    steward = make_steward(row)
    changed = perform(
        steward, change_instrument, row, replace(data, name_zh="粉末衍射仪", fields=data.fields[1:]), seen=1
    )
    assert (changed.version, changed.code) == (2, "IMU-0001")
    entry = Entry.objects.get(verb="instruments.instrument.changed")
    assert entry.before == {"fields": ["430", "150"], "name_zh": "X射线衍射仪"}
    assert entry.after == {"fields": ["150"], "name_zh": "粉末衍射仪"}
    assert [row.code for row in matching(Instrument.objects.all(), "粉末")] == ["IMU-0001"]
    assert matching(Instrument.objects.all(), "材料科学").count() == 0
    again = perform(
        steward, change_instrument, row, replace(data, name_zh="粉末衍射仪", fields=data.fields[1:]), seen=2
    )
    assert (again.version, len(verbs())) == (2, 2)
    with pytest.raises(StaleVersion):
        perform(steward, change_instrument, row, data, seen=1)
    with pytest.raises(NotAllowed):
        perform(PersonFactory(), change_instrument, row, data, seen=2)
    assert Instrument.objects.get().name_zh == "粉末衍射仪"


def test_code_and_unit_stay(data):
    """What others refer to cannot be pulled away."""
    officer = make_officer()
    row = perform(officer, create_instrument, data)
    with pytest.raises(InvalidInstrument) as refused:
        perform(officer, change_instrument, row, replace(data, code="OTHER-1", unit=UnitFactory()), seen=1)
    assert sorted(refused.value.fields) == ["code", "unit"]
    row.refresh_from_db()
    assert row.unit.code == "IMU"


def test_nothing_is_retired_over_coming_bookings(data):
    """Neither that nor anything else, until somebody says what shall happen to them; a note says why."""
    row = perform(make_officer(), create_instrument, data)
    steward = make_steward(row)
    booking = BookingFactory(instrument=row, start=NOW + dt.timedelta(days=1))
    for state in ("suspended", "retired", "under_repair"):
        with pytest.raises(Unresolved) as refused:
            perform(steward, change_state, row, state, note="搬迁")
        assert list(refused.value.fields) == ["state"]
        assert "1" in refused.value.fields["state"][0]
    with pytest.raises(InvalidInstrument) as refused:
        perform(steward, change_state, row, "under_repair")
    assert list(refused.value.fields) == ["note"]
    assert Instrument.objects.get().state == "in_service"
    changed = perform(
        steward, change_state, row, "under_repair", note="换光管", choices={str(booking.pk): "cancel"}
    )
    assert (changed.state, changed.state_note, changed.version) == ("under_repair", "换光管", 2)
    entry = Entry.objects.get(verb="instruments.instrument.state_changed")
    assert entry.before == {"state": "in_service", "state_note": "", "back_on": None}
    assert entry.after == {"state": "under_repair", "state_note": "换光管", "back_on": None}
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        perform(steward, change_state, row, "retired", note="报废")
    assert Instrument.objects.public().count() == 0
    with pytest.raises(NotAllowed):
        perform(PersonFactory(), change_state, row, "in_service")
    with pytest.raises(InvalidInstrument):
        perform(steward, change_state, row, "lost", note="?")


@pytest.mark.parametrize("rows", [1, 3])
def test_inventory_in_four_queries(unit, data, django_assert_num_queries, rows):
    """Count, rows, fields, funds: the same for one row and three."""
    officer = make_officer()
    for number in range(rows):
        perform(officer, create_instrument, replace(data, inner_id=f"N{number}"))
    with django_assert_num_queries(4):
        page, shown = inventory(unit, InventoryFilters())
    assert (page.paginator.count, len(shown)) == (rows, rows)
    # 14 of the 31 columns of the record are filled in.
    assert shown[0].completeness.percent == Decimal("45.2")
    assert "name_en" in shown[0].completeness.missing
    assert inventory_totals(unit).value == rows * Decimal("1386000.00")


def test_inventory_is_narrowed(unit, data):
    """By words, state and completeness; retired ones are listed but not counted above; none of a second unit."""
    officer, second = make_officer(), UnitFactory()
    for state in ("in_service", "retired"):
        make_instrument(unit=second, name_zh="质谱仪", state=state)
    first = perform(officer, create_instrument, data)
    perform(officer, create_instrument, replace(data, inner_id="N2", name_zh="质谱仪", model="QE"))
    perform(officer, change_state, first, InstrumentState.RETIRED, note="报废")
    page, rows = inventory(unit, InventoryFilters())
    assert (page.paginator.count, [row.instrument.code for row in rows]) == (2, ["IMU-0001", "IMU-0002"])
    codes = [row.instrument.code for row in inventory(unit, InventoryFilters(q="质谱"))[1]]
    assert codes == ["IMU-0002"]
    assert [row.instrument.code for row in inventory(unit, InventoryFilters(states=("retired",)))[1]] == [
        "IMU-0001"
    ]
    assert [row.instrument.code for row in inventory(unit, InventoryFilters(incomplete=True))[1]] == [
        "IMU-0001",
        "IMU-0002",
    ]
    totals = inventory_totals(unit)
    assert (totals.instruments, totals.shared, totals.completeness) == (1, 1, Decimal("48.4"))


def test_the_database_counts_filled_columns_by_the_rule(unit, django_assert_num_queries):
    """The mean of what each row's own rule gives, whatever is empty: blank text, no link, a value of 0, no position."""
    rows = [make_instrument(unit=unit) for _ in RECORD]
    for row, name in zip(rows, RECORD, strict=True):
        if name == "fields":
            row.field_links.all().delete()
        elif name == "funding":
            row.funding.all().delete()
        elif name in {"longitude", "latitude"}:
            Instrument.objects.filter(pk=row.pk).update(**{name: None})
        elif name == "original_value":
            Instrument.objects.filter(pk=row.pk).update(original_value=0)
        elif (
            isinstance(field := Instrument._meta.get_field(name), CharField | TextField) and not field.choices
        ):
            Instrument.objects.filter(pk=row.pk).update(**{name: "  "})
    percents = [completeness_of(row).percent for row in with_record(Instrument.objects.filter(unit=unit))]
    with django_assert_num_queries(3):
        totals = inventory_totals(unit)
    assert totals.completeness == (sum(percents) / len(percents)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert totals.incomplete == sum(percent < 100 for percent in percents)
    assert len(set(percents)) > 1
