"""The department's admin of units, people and instruments: saved by actions, refused beside the field."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from audit.models import Entry
from changes import perform
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.actions.search import reindex
from instruments.inventory.models import ApplicationField, Instrument, InstrumentClass
from instruments.inventory.queries.search import matching
from members.models import MemberUnit, Person, Region, UnitRole
from tests.factories.instruments import (
    BookingFactory,
    InstrumentFieldFactory,
    UsageRecordFactory,
    make_instrument,
)
from tests.factories.members import AdminFactory, PersonFactory, UnitFactory, UnitRoleFactory, make_officer

pytestmark = pytest.mark.django_db

LABELS = [
    "members.memberunit",
    "members.person",
    "members.region",
    "members.unitrole",
    "members.networkrole",
    "instruments.instrument",
    "instruments.stewardship",
    "instruments.applicationfield",
    "instruments.instrumentclass",
    "instruments.booking",
    "instruments.usagerecord",
]


@pytest.fixture
def officer(client):
    """A signed-in officer who may enter the admin."""
    person = make_officer(is_staff=True)
    client.force_login(person)
    return person


@pytest.fixture
def row():
    """An instrument with a booking and a usage record."""
    perform(None, load_reference)
    unit = UnitFactory(code="IMU", region=Region.objects.get(code="150100"))
    instrument = make_instrument(
        code="IMU-0001", unit=unit, instrument_class=InstrumentClass.objects.get(code="010301")
    )
    InstrumentFieldFactory(instrument=instrument, field=ApplicationField.objects.get(code="430"))
    instrument.funding.create(source="own")
    BookingFactory(instrument=instrument)
    UsageRecordFactory(instrument=instrument)
    UnitRoleFactory(unit=unit)
    reindex(Instrument.objects.all())
    return instrument


def address(label, name, *args):
    """The address of an admin page."""
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


def filled(page):
    """What a browser would send for the form of a page."""
    form = page.context["adminform"].form
    sent = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        name = bound.html_name
        if hasattr(value, "isoformat"):
            value = value.isoformat()
        sent[name] = value
    return sent


@pytest.mark.parametrize("label", LABELS)
def test_every_list_and_page_opens(client, officer, row, label):
    """Lists, searches and pages of an officer; without the right, nothing; nothing is deleted."""
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    assert client.get(address(label, "changelist")).status_code == 200
    assert client.get(address(label, "changelist"), {"q": "a"}).status_code == 200
    first = model.objects.first()
    if first is not None:
        assert client.get(address(label, "change", first.pk)).status_code == 200
        assert client.post(address(label, "delete", first.pk), {"post": "yes"}).status_code == 403
    client.force_login(PersonFactory(is_staff=True))
    assert client.get(address(label, "changelist")).status_code == 302


def test_nobody_adds_history(client, officer, row):
    """Bookings, usage and reference rows have no add page."""
    for label in ("booking", "usagerecord", "applicationfield", "instrumentclass"):
        assert client.get(address(f"instruments.{label}", "add")).status_code == 403


def test_list_queries_do_not_grow(client, officer, row, django_assert_max_num_queries):
    """The list of instruments joins what it names."""
    for number in range(3):
        make_instrument(unit=row.unit, code=f"IMU-1{number}")
    with django_assert_max_num_queries(14):
        client.get(address("instruments.instrument", "changelist"))


def test_an_instrument_is_changed_by_the_action(client, officer, row):
    """Record and state in one save; both are on record, the index follows."""
    url = address("instruments.instrument", "change", row.pk)
    sent = filled(client.get(url))
    answer = client.post(
        url, {**sent, "name_zh": "粉末衍射仪", "state": "under_repair", "state_note": "换光管"}
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    changed = Instrument.objects.get()
    assert (changed.name_zh, changed.state, changed.version) == ("粉末衍射仪", "under_repair", 3)
    assert list(Entry.objects.order_by("sequence").values_list("verb", flat=True)) == [
        "instruments.instrument.changed",
        "instruments.instrument.state_changed",
    ]
    assert matching(Instrument.objects.all(), "粉末").count() == 1
    stale = client.post(url, {**sent, "name_zh": "旧"})
    assert stale.status_code == 200
    assert stale.context["adminform"].form.non_field_errors()
    assert Instrument.objects.get().name_zh == "粉末衍射仪"


def test_a_refusal_stands_beside_its_field(client, officer, row):
    """No field chosen twice, no place outside; nothing is written."""
    url = address("instruments.instrument", "change", row.pk)
    sent = filled(client.get(url))
    answer = client.post(url, {**sent, "field_2": sent["field_1"], "longitude": "10", "latitude": "10"})
    assert sorted(answer.context["adminform"].form.errors) == ["field_1", "longitude"]
    assert Entry.objects.count() == 0


def test_an_instrument_is_added(client, officer, row):
    """With the next free code."""
    url = address("instruments.instrument", "add")
    sent = filled(client.get(url))
    answer = client.post(
        url,
        {
            **sent,
            "unit": row.unit_id,
            "inner_id": "N-9",
            "name_zh": "质谱仪",
            "instrument_class": row.instrument_class_id,
            "field_1": ApplicationField.objects.get(code="150").pk,
            "funding": ["own"],
            "original_value": "500000",
            "started_on": "2020-01-01",
            "region": row.region_id,
        },
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Instrument.objects.get(name_zh="质谱仪").code == "IMU-0002"


def test_renaming_a_unit_reindexes(client, officer, row):
    """Its instruments are found by the new name."""
    url = address("members.memberunit", "change", row.unit_id)
    answer = client.post(url, {**filled(client.get(url)), "name_zh": "草原大学"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert matching(Instrument.objects.all(), "草原大学").count() == 1
    assert Entry.objects.get().verb == "members.unit.changed"


def test_renaming_a_field_reindexes(client, officer, row):
    """So does a field's."""
    field = ApplicationField.objects.get(code="430")
    url = address("instruments.applicationfield", "change", field.pk)
    assert client.post(url, {"name_zh": "能源材料", "name_en": "Energy"}).status_code == 302
    assert matching(Instrument.objects.all(), "能源").count() == 1


def test_a_unit_is_added_with_its_manager(client, officer, row):
    """Without one it is refused."""
    url = address("members.memberunit", "add")
    sent = {
        **filled(client.get(url)),
        "code": "NEW",
        "name_zh": "新大学",
        "kind": "university",
        "region": row.region_id,
        "joined_on": "2026-01-01",
    }
    refused = client.post(url, sent)
    assert sorted(refused.context["adminform"].form.errors) == ["manager_email", "manager_name"]
    wrong = client.post(url, {**sent, "manager_name": "甲", "manager_email": officer.email})
    assert list(wrong.context["adminform"].form.errors) == ["manager_email"]
    assert not MemberUnit.objects.filter(code="NEW").exists()
    assert client.post(url, {**sent, "manager_name": "甲", "manager_email": "a@b.example"}).status_code == 302
    assert UnitRole.objects.get(unit__code="NEW").person.email == "a@b.example"


def test_the_last_manager_is_not_ended(client, officer, row):
    """The refusal is shown on the role's page."""
    role = UnitRole.objects.get()
    url = address("members.unitrole", "change", role.pk)
    answer = client.post(url, {"valid_to": "2026-11-01"})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors()
    assert UnitRole.objects.get().valid_to is None


def test_only_a_superuser_opens_the_admin_to_people(client, officer, row):
    """An officer's form does not hold the field, and sending it changes nothing."""
    person = PersonFactory(home_unit=row.unit)
    url = address("members.person", "change", person.pk)
    sent = filled(client.get(url))
    assert "is_staff" not in sent
    assert client.post(url, {**sent, "is_staff": "on"}).status_code == 302
    assert not Person.objects.get(pk=person.pk).is_staff
    client.force_login(AdminFactory())
    assert client.post(url, {**filled(client.get(url)), "is_staff": "on"}).status_code == 302
    assert Person.objects.get(pk=person.pk).is_staff
