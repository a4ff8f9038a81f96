"""Versions: whoever saw an older state of a part is refused, sees the new one, and loses nothing typed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from changes import StaleVersion, perform
from instruments.availability.models import AvailabilityChange
from instruments.inventory.actions.instruments import change_state
from instruments.inventory.actions.reference import rename_class, rename_field
from instruments.inventory.actions.stewards import end_stewardship, give_stewardship
from instruments.inventory.enums import Part
from instruments.inventory.models import Stewardship
from instruments.inventory.queries.parts import parts_of
from instruments.terms.actions.links import set_links
from instruments.terms.actions.policies import set_policy
from instruments.terms.actions.terms import (
    add_exception,
    remove_exception,
    set_opening,
    set_rate,
    take_back_rate,
)
from instruments.terms.models import BookingPolicy, InstrumentLink, OpeningException, OpeningPeriod, Rate
from instruments.terms.rules.limits import PolicyData
from instruments.terms.rules.opening import WeeklyPeriod
from tests.factories.instruments import (
    ApplicationFieldFactory,
    InstrumentClassFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import PersonFactory, make_manager, make_officer
from tests.instruments.inventory.test_inventory import changes, client_of
from tests.instruments.terms.test_terms_pages import POLICY, at

pytestmark = pytest.mark.django_db

TOMORROW = timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def instrument():
    """Open on workdays."""
    return make_instrument(workdays=(8, 20))


@pytest.fixture
def manager(instrument):
    """Of the owning unit."""
    return make_manager(instrument.unit)


def noon(days):
    """Noon some days from now."""
    return timezone.now().replace(hour=4, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)


WEEK = [WeeklyPeriod(0, 540, 600)]


def steps(instrument, manager):
    """Each action that changes a part, once rightly: part, action, its arguments."""
    closure = OpeningException.objects.create(instrument=instrument, start=noon(9), end=noon(10))
    rate = Rate.objects.create(
        instrument=instrument, category="internal", yuan_per_hour=7, valid_from=TOMORROW + dt.timedelta(9)
    )
    steward = make_steward(instrument)
    colleague = PersonFactory(home_unit=instrument.unit)
    return [
        (Part.OPENING, set_opening, (instrument, WEEK), {}),
        (Part.EXCEPTIONS, add_exception, (instrument,), {"start": noon(1), "end": noon(2), "is_open": False}),
        (Part.EXCEPTIONS, remove_exception, (closure,), {}),
        (Part.POLICY, set_policy, (instrument, PolicyData(horizon_days=9)), {}),
        (Part.TOGETHER, set_links, (instrument, [make_instrument(unit=instrument.unit).code]), {}),
        (Part.RATES, set_rate, (instrument, "member", Decimal(5), TOMORROW), {}),
        (Part.RATES, take_back_rate, (rate,), {}),
        (Part.STEWARDS, give_stewardship, (instrument, colleague), {}),
        (Part.STEWARDS, end_stewardship, (Stewardship.objects.get(person=steward),), {}),
    ]


def rows():
    """Everything the parts consist of."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (OpeningPeriod, OpeningException, BookingPolicy, InstrumentLink, Rate, Stewardship)
    ]


def test_every_part_counts_its_changes_and_refuses_a_stale_one(instrument, manager):
    """The right version changes and raises it, with who and when; the older one changes nothing."""
    known = dict.fromkeys(Part, 1)
    for part, action, given, more in steps(instrument, manager):
        before, told = rows(), changes()
        with pytest.raises(StaleVersion) as stale:
            perform(manager, action, *given, **more, seen=known[part] + 1)
        assert (stale.value.seen, stale.value.found) == (known[part] + 1, known[part])
        assert (rows(), changes()) == (before, told), action
        perform(manager, action, *given, **more, seen=known[part])
        known[part] += 1
        found = parts_of(instrument)
        assert {name: row.version for name, row in found.items()} == known, action
        assert found[part].changed_by == manager
        assert changes() == told + (2 if action is give_stewardship else 1), action


def test_the_state_has_the_version_of_the_record(instrument, manager):
    """A stale state changes nothing."""
    with pytest.raises(StaleVersion):
        perform(manager, change_state, instrument, "under_repair", note="x", seen=2)
    instrument.refresh_from_db()
    assert (instrument.state, instrument.version) == ("in_service", 1)
    perform(manager, change_state, instrument, "under_repair", note="x", seen=1)
    instrument.refresh_from_db()
    assert (instrument.state, instrument.version, instrument.changed_by) == ("under_repair", 2, manager)


@pytest.mark.parametrize(
    ("rename", "factory"),
    [(rename_field, ApplicationFieldFactory), (rename_class, InstrumentClassFactory)],
)
def test_a_name_of_the_reference_lists_has_its_version(rename, factory):
    """A stale name changes nothing; the right version is counted up."""
    officer, row = make_officer(), factory()
    was, told = row.name_zh, changes()
    for seen in (0, 2):
        with pytest.raises(StaleVersion) as stale:
            perform(officer, rename, row, name_zh="新名", name_en="New", seen=seen)
        assert (stale.value.seen, stale.value.found) == (seen, 1)
    row.refresh_from_db()
    assert (row.name_zh, row.version, changes()) == (was, 1, told)
    perform(officer, rename, row, name_zh="新名", name_en="New", seen=1)
    row.refresh_from_db()
    assert (row.name_zh, row.name_en, row.version, changes()) == ("新名", "New", 2, told + 1)


def hidden(page: str, near: str) -> str:
    """The version that stands in the form with this address."""
    form = page[page.index(f'action="{near}"') :]
    return form[form.index('name="version" value="') :].split('"')[3]


@pytest.mark.parametrize(
    ("name", "wrong", "typed", "kept"),
    [
        ("set_opening", "week", {"day_0_0_opens": "07:45", "day_0_0_closes": "09:00"}, 'value="07:45"'),
        (
            "add_exception",
            "exception",
            {"start": "2099-01-01T08:00", "end": "2099-01-02T08:00", "kind": "open", "reason": "Fest"},
            'value="Fest"',
        ),
        ("set_policy", "policy", {**POLICY, "horizon_days": "77"}, 'value="77"'),
        (
            "set_rate",
            "rate",
            {"category": "member", "yuan_per_hour": "12.5", "valid_from": str(TOMORROW)},
            "12.5",
        ),
    ],
)
def test_a_page_of_terms_that_was_overtaken(instrument, manager, name, wrong, typed, kept):
    """Refused with who changed it; what was typed stays, and the second sending is about the new state."""
    client, url = client_of(manager), at(name, instrument)
    shown = hidden(client.get(at("terms", instrument)).content.decode(), url)
    other = make_steward(instrument, display_name="Overtaker")
    perform(other, set_opening, instrument, WEEK)
    perform(other, add_exception, instrument, start=noon(3), end=noon(4), is_open=False)
    perform(other, set_policy, instrument, PolicyData(horizon_days=9))
    perform(other, set_rate, instrument, "internal", Decimal(3), TOMORROW)
    before, told = rows(), changes()
    answer = client.post(url, {**typed, "version": shown})
    page = answer.content.decode()
    assert (answer.status_code, answer.context["overtaken"]) == (409, wrong)
    assert (rows(), changes()) == (before, told)
    assert "Overtaker" in page
    assert kept in page
    assert hidden(page, url) == "2"
    if wrong in {"week", "policy"}:
        differing = {field.name: stored for field, stored in answer.context[wrong].differences}
        expected = (
            {"day_0_0_opens": "09:00", "day_0_0_closes": "10:00"}
            if wrong == "week"
            else {"horizon_days": "9"}
        )
        assert expected.items() <= differing.items()
    assert client.post(url, {**typed, "version": "2"}).status_code == 302
    assert changes() == told + 1


def test_a_state_page_that_was_overtaken(instrument, manager):
    """The other's state is shown beside what was typed."""
    client, url = (
        client_of(manager),
        reverse("instruments:change_state", args=[instrument.unit.code, instrument.code]),
    )
    assert 'name="version" value="1"' in client.get(url).content.decode()
    other = make_steward(instrument, display_name="Overtaker")
    perform(other, change_state, instrument, "suspended", note="Their reason")
    answer = client.post(url, {"state": "under_repair", "note": "My reason", "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert all(text in page for text in ("Overtaker", "Their reason", "My reason", 'value="2"'))
    instrument.refresh_from_db()
    assert (instrument.state, instrument.state_note) == ("suspended", "Their reason")
    assert client.post(url, {"state": "under_repair", "note": "My reason", "version": "2"}).status_code == 302


def test_stewards_pages_that_were_overtaken(instrument, manager):
    """Giving and ending: neither happens, the day typed stays."""
    client, officer = client_of(manager), make_officer()
    kept = Stewardship.objects.get(person=make_steward(instrument))
    one, two = (PersonFactory(home_unit=instrument.unit) for _time in range(2))
    perform(officer, give_stewardship, instrument, one)
    answer = client.post(
        at("stewards", instrument), {"person": two.pk, "valid_from": "2026-01-01", "version": "1"}
    )
    assert answer.status_code == 409
    assert 'value="2026-01-01"' in answer.content.decode()
    answer = client.post(at("end_steward", instrument, kept.pk), {"valid_to": "2031-05-06", "version": "1"})
    assert answer.status_code == 409
    assert 'value="2031-05-06"' in answer.content.decode()
    kept.refresh_from_db()
    assert (kept.valid_to, Stewardship.objects.count()) == (None, 2)
    answer = client.post(at("end_steward", instrument, kept.pk), {"valid_to": "2031-05-06", "version": "2"})
    assert answer.status_code == 302
    kept.refresh_from_db()
    assert kept.valid_to == dt.date(2031, 5, 6)


def test_what_is_no_version_is_stale(instrument, manager):
    """Nothing is saved by a hidden field that somebody bent."""
    for bent in ("x", "-1", "１", "9" * 30):
        answer = client_of(manager).post(at("set_policy", instrument), {**POLICY, "version": bent})
        assert answer.status_code == 409
    assert BookingPolicy.objects.get().horizon_days != 30


def test_the_admin_refuses_a_stale_end_of_a_stewardship(instrument):
    """The stewards of the instrument are others than those shown; nothing ends."""
    kept = Stewardship.objects.get(person=make_steward(instrument))
    officer = make_officer(is_staff=True)
    client, url = client_of(officer), reverse("admin:instruments_stewardship_change", args=[kept.pk])
    shown = client.get(url).context["adminform"].form["version"].value()
    perform(officer, give_stewardship, instrument, PersonFactory(home_unit=instrument.unit))
    answer = client.post(url, {"valid_to": "2031-05-06", "version": shown})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors()
    kept.refresh_from_db()
    assert (shown, kept.valid_to) == (1, None)
    assert client.post(url, {"valid_to": "2031-05-06", "version": "2"}).status_code == 302
    kept.refresh_from_db()
    assert kept.valid_to == dt.date(2031, 5, 6)


@pytest.mark.django_db(transaction=True)
def test_new_terms_reach_the_catalogue_at_once():
    """Each change of an instrument or its terms leaves the row by which the index of free time is kept up."""
    instrument = make_instrument(workdays=(8, 20))
    manager = make_manager(instrument.unit)
    calls = [
        *[(action, given, more) for _part, action, given, more in steps(instrument, manager)][:6],
        (change_state, (instrument, "suspended"), {"note": "x"}),
    ]
    for action, given, more in calls:
        before = AvailabilityChange.objects.count()
        perform(manager, action, *given, **more)
        assert AvailabilityChange.objects.filter(instrument=instrument).count() > before, action
