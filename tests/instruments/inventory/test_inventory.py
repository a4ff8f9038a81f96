"""A unit's inventory: who may enter, the list, adding, editing, and the state."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from audit.models import Entry
from changes import perform
from instruments.inventory.actions.instruments import change_instrument, create_instrument
from instruments.inventory.actions.reference import load_reference
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.forms.instrument import InstrumentForm
from instruments.inventory.models import Instrument, InstrumentClass
from members.enums import UnitRoleKind
from members.models import Region
from tests.factories.instruments import BookingFactory, StewardshipFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitFactory, UnitRoleFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db


def client_of(person=None) -> Client:
    """A browser in English, signed in as that person."""
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client


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


@pytest.fixture
def manager(unit):
    """Manages the unit."""
    return make_manager(unit)


@pytest.fixture
def kept(unit, typed, manager):
    """An instrument entered through the form."""
    form = InstrumentForm(typed, unit=unit)
    assert form.is_valid(), form.errors
    return perform(manager, create_instrument, form.record())


def changes() -> int:
    """How much the history holds beside refusals."""
    return Entry.objects.exclude(verb__endswith=".refused").count()


PAGES = ("inventory", "add", "edit", "change_state", "terms", "stewards")


def address(name: str, instrument: Instrument) -> str:
    """The address of one of the pages."""
    args = [instrument.unit.code] if name in {"inventory", "add"} else [instrument.unit.code, instrument.code]
    return reverse(f"instruments:{name}", args=args)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("outsider", set()),
        ("viewer", set()),
        ("other_manager", set()),
        ("other_steward", {"inventory"}),
        ("steward", {"inventory", "edit", "change_state", "terms", "stewards"}),
        ("manager", set(PAGES)),
        ("officer", set(PAGES)),
    ],
)
def test_who_may_enter(kept, manager, who, may):
    """Everybody else learns no more than of a page that is not there."""
    people = {
        "outsider": PersonFactory,
        "viewer": lambda: UnitRoleFactory(unit=kept.unit, kind=UnitRoleKind.VIEWER).person,
        "other_manager": lambda: make_manager(UnitFactory()),
        "other_steward": lambda: make_steward(make_instrument(unit=kept.unit)),
        "steward": lambda: make_steward(kept),
        "manager": lambda: manager,
        "officer": make_officer,
    }
    client = client_of(people[who]())
    codes = {name: client.get(address(name, kept)).status_code for name in PAGES}
    assert codes == {name: 200 if name in may else 404 for name in PAGES}


def test_strangers_sign_in_first(kept):
    """For pages and for what they send."""
    for name in PAGES:
        for answer in (client_of().get(address(name, kept)), client_of().post(address(name, kept))):
            assert answer.status_code in {302, 405}
            if answer.status_code == 302:
                assert answer["Location"].startswith(reverse("account_login"))


def test_missing_unit_and_foreign_instrument(kept):
    """An instrument is found under its own unit only; no name with a zero byte is looked up."""
    client = client_of(make_officer())
    other = UnitFactory()
    assert client.get(reverse("instruments:edit", args=[other.code, kept.code])).status_code == 404
    assert client.get("/units/NO/manage/").status_code == 404
    assert client.get("/units/IM%00U/manage/").status_code == 404
    assert client.get(f"/units/{other.code}/people/%00/").status_code == 404


def test_the_list_answers_and_says_what_comes_next(kept, manager):
    """Counts in the first line; unshared and retired ones are there too; a steward edits only what they keep."""
    make_instrument(unit=kept.unit, sharing_mode=SharingMode.NOT_SHARED, name_en="Hidden one")
    make_instrument(unit=kept.unit, state=InstrumentState.RETIRED, name_en="Old one")
    make_instrument(name_en="Of another unit")
    repair = make_instrument(unit=kept.unit, state=InstrumentState.UNDER_REPAIR, rates=False)
    StewardshipFactory(instrument=repair)
    steward = make_steward(kept)
    page = client_of(manager).get(address("inventory", kept)).content.decode()
    assert "3 instruments registered, 2 shared, 3 records incomplete" in re.sub("<[^>]+>", "", page)
    for text in (
        "Hidden one",
        "Old one",
        "Name a steward",
        "Back to service after repair",
        "Set the missing prices",
    ):
        assert text in page
    assert "Of another unit" not in page
    seen = client_of(steward).get(address("inventory", kept)).content.decode()
    assert address("edit", kept) in seen
    assert address("edit", repair) not in seen
    assert seen.count("you keep it") == 1
    narrowed = client_of(steward).get(address("inventory", kept) + "?own=1")
    assert [line.row.instrument.code for line in narrowed.context["lines"]] == [kept.code]
    assert "Instruments I keep" not in page  # a manager who keeps none is not asked
    assert reverse("instruments:add", args=["IMU"]) not in seen


def test_the_list_is_narrowed(kept, manager):
    """By words, state, sharing mode and completeness, all in the address."""
    make_instrument(unit=kept.unit, state=InstrumentState.RETIRED, name_zh="质谱仪", name_en="Spectrometer")
    client, url = client_of(manager), address("inventory", kept)

    def codes(query: str) -> list[str]:
        return [line.row.instrument.code for line in client.get(url + query).context["lines"]]

    assert codes("?state=in_service") == [kept.code]
    assert codes("?sharing_mode=internal") == []
    assert codes("?state=&sharing_mode=external&q=衍射仪") == [kept.code]
    assert len(codes("?incomplete=1&page=9999&state=nonsense")) == 2
    assert "No instrument fits" in client.get(url + "?q=zzzz").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(unit, manager, django_assert_num_queries, rows):
    """Steward, hours and prices of all rows come together."""
    for _number in range(rows):
        make_steward(make_instrument(unit=unit))
    client = client_of(manager)
    with django_assert_num_queries(17):
        client.get(reverse("instruments:inventory", args=["IMU"]))


def test_adding(unit, manager, typed):
    """Then the terms come; the history knows."""
    answer = client_of(manager).post(reverse("instruments:add", args=["IMU"]), typed)
    made = Instrument.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address("terms", made))
    assert (made.code, made.unit) == ("IMU-0001", unit)
    assert Entry.objects.filter(verb="instruments.instrument.created").count() == 1


def test_adding_wrongly_names_every_field_and_keeps_what_was_typed(unit, manager, typed):
    """At once, with what lies between fields."""
    client, url = client_of(manager), reverse("instruments:add", args=["IMU"])
    answer = client.post(
        url, {**typed, "name_zh": "", "inner_id": "", "original_value": "-1", "model": "Kept"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["inner_id", "name_zh", "original_value"]
    assert 'value="Kept"' in page
    assert "Nothing is saved: 3 fields need another look." in page
    assert (Instrument.objects.count(), changes()) == (0, 0)


def test_errors_come_in_the_readers_language(unit, manager, typed):
    """Chinese for a Chinese reader."""
    client = client_of(manager)
    url = reverse("instruments:add", args=["IMU"])
    answer = client.post(url, {**typed, "name_zh": ""}, headers={"accept-language": "zh-hans"})
    with translation.override("zh-hans"):
        assert gettext("This field is required.") in answer.content.decode()


def test_classes_are_grouped(unit, manager):
    """Under their chapter, in a native select."""
    page = client_of(manager).get(reverse("instruments:add", args=["IMU"])).content.decode()
    assert '<optgroup label="01 Analytical instruments">' in page


def test_editing(kept, typed):
    """By the steward; the same again changes nothing."""
    client, url = client_of(make_steward(kept)), address("edit", kept)
    before = changes()
    answer = client.post(url, {**typed, "name_en": "Powder diffractometer", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, url)
    kept.refresh_from_db()
    assert (kept.name_en, kept.version, changes()) == ("Powder diffractometer", 2, before + 1)
    client.post(url, {**typed, "name_en": "Powder diffractometer", "version": "2"})
    assert changes() == before + 1


def test_editing_wrongly(kept, typed, manager):
    """A refusal leaves the record as it was."""
    before = changes()
    answer = client_of(manager).post(
        address("edit", kept), {**typed, "started_on": "2999-01-01", "version": "1"}
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["started_on"]
    kept.refresh_from_db()
    assert (kept.version, changes()) == (1, before)


def test_who_was_overtaken_sees_what_differs_and_may_save_again(kept, typed, manager):
    """The other's change is named with its author; the second sending is about the new state."""
    other = make_steward(kept, display_name="Overtaker")
    form = InstrumentForm({**typed, "model": "Theirs", "version": "1"}, unit=kept.unit, instrument=kept)
    assert form.is_valid()
    perform(other, change_instrument, kept, form.record(), seen=1)
    client, url = client_of(manager), address("edit", kept)
    answer = client.post(url, {**typed, "model": "Mine", "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Overtaker" in page
    assert [(field.name, stored) for field, stored in answer.context["form"].differences] == [
        ("model", "Theirs")
    ]
    assert 'value="Mine"' in page
    assert Instrument.objects.get().model == "Theirs"
    assert 'name="version" value="2"' in page
    client.post(url, {**typed, "model": "Mine", "version": "2"})
    assert Instrument.objects.get().model == "Mine"


def test_changing_the_state(kept, manager):
    """With a note; without one it is refused."""
    client, url = client_of(manager), address("change_state", kept)
    before = changes()
    answer = client.post(url, {"state": "under_repair", "note": ""})
    assert (answer.status_code, list(answer.context["form"].errors), changes()) == (422, ["note"], before)
    answer = client.post(url, {"state": "under_repair", "note": "Tube"})
    assert (answer.status_code, answer["Location"]) == (302, address("inventory", kept))
    kept.refresh_from_db()
    assert (kept.state, kept.state_note) == ("under_repair", "Tube")
    assert client.post(url, {"state": "lost", "note": "?"}).status_code == 422


def test_coming_bookings_stand_in_the_way_and_are_named(kept, manager):
    """The reader sees whose they are."""
    start = (timezone.now() + dt.timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    BookingFactory(instrument=kept, start=start, person__display_name="Waiting One")
    answer = client_of(manager).post(address("change_state", kept), {"state": "retired", "note": "Sold"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["state"]
    assert "Waiting One" in answer.content.decode()
    kept.refresh_from_db()
    assert kept.state == "in_service"


@pytest.mark.parametrize("who", ["outsider", "other_steward"])
def test_nobody_else_sends_anything(kept, typed, who):
    """Every address that changes something."""
    person = PersonFactory() if who == "outsider" else make_steward(make_instrument(unit=kept.unit))
    before, client = changes(), client_of(person)
    for name, data in (
        ("add", typed),
        ("edit", {**typed, "version": "1", "name_en": "X"}),
        ("change_state", {"state": "retired", "note": "x"}),
        ("stewards", {"person": person.pk, "valid_from": "2026-01-01"}),
    ):
        assert client.post(address(name, kept), data).status_code == 404
    assert changes() == before
