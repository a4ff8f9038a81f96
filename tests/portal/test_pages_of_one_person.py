"""Pages kept for one person: cheap while nothing changed, nobody else's, and never with rights or facts of before."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changes import perform
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.queries.availability import next_free
from instruments.inventory.actions.instruments import change_state
from instruments.usage.actions.ending import void_usage
from members.models import UnitRole
from notices.models import Notice
from tests.factories.instruments import UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_kept")]
ALWAYS = 5
"""Queries that every answer costs: session, person, roles, notices, and none for the page but one look at rights."""


@pytest.fixture
def instrument():
    """A shared instrument whose bookings are approved by its steward."""
    made = make_instrument(name_zh="扫描电镜甲", name_en="Microscope A")
    made.policy.approval_required = True
    made.policy.save()
    return made


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Do a change and what follows its commit."""

    def change(*arguments, **named):
        with django_capture_on_commit_callbacks(execute=True):
            return perform(*arguments, **named)

    return change


def reader(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    return len(made)


def ask(committed, person, instrument):
    slot = next_free(instrument, 60, timezone.now())[0]
    return committed(
        person, request_booking, instrument, start=slot.start, end=slot.end, purpose="Spinel grains"
    )


def addresses(instrument) -> list[str]:
    unit = instrument.unit.code
    return [
        reverse("portal:me"),
        reverse("instruments:desk"),
        reverse("instruments:inventory", args=[unit]),
        reverse("instruments:usage", args=[unit]),
        reverse("instruments:catalogue"),
        reverse("instruments:instrument", args=[instrument.code]),
    ]


def test_the_second_look_costs_who_asks_and_no_more(instrument):
    client = reader(make_manager(instrument.unit))
    for address in addresses(instrument):
        assert cost(client, address) > ALWAYS, address
        assert cost(client, address) <= ALWAYS, address


def test_a_page_is_one_person_s_own(instrument, committed):
    one, other = PersonFactory(), PersonFactory()
    ask(committed, one, instrument)
    assert "Microscope A" in reader(one).get(reverse("portal:me")).text
    assert "Microscope A" not in reader(other).get(reverse("portal:me")).text


def test_what_somebody_else_does_is_on_the_own_page_at_once(instrument, committed):
    """A request appears on the steward's desk, its approval on the page of who asked, its cancelling on the desk."""
    steward, person = make_steward(instrument), PersonFactory()
    desk, me = reverse("instruments:desk"), reverse("portal:me")
    at_the_desk, asking = reader(steward), reader(person)
    assert "Spinel grains" not in at_the_desk.get(desk).text
    assert asking.get(me).status_code == 200
    booking = ask(committed, person, instrument)
    assert "Spinel grains" in at_the_desk.get(desk).text
    before = asking.get(me).text
    booking = committed(steward, approve_booking, booking, seen=booking.version)
    assert asking.get(me).text != before
    before = at_the_desk.get(desk).text
    committed(person, cancel_booking, booking, reason="", seen=booking.version)
    assert at_the_desk.get(desk).text != before


def test_a_broken_instrument_and_a_notice_read_are_seen_at_once(instrument, committed):
    person = PersonFactory()
    booking = ask(committed, person, instrument)
    client, me = reader(person), reverse("portal:me")
    before = client.get(me).text
    committed(
        make_steward(instrument), change_state, instrument, "under_repair",
        note="灯丝断", choices={str(booking.pk): "keep"},
    )  # fmt: skip
    assert (after := client.get(me).text) != before
    Notice.objects.filter(person=person).update(read_at=timezone.now())
    assert client.get(me).text != after


def test_a_usage_record_that_is_void_is_so_in_the_unit_s_list_at_once(instrument, committed):
    manager = make_manager(instrument.unit)
    record = UsageRecordFactory(instrument=instrument)
    client, usage = reader(manager), reverse("instruments:usage", args=[instrument.unit.code])
    before = client.get(usage).text
    committed(manager, void_usage, record, reason="Entered twice")
    assert client.get(usage).text != before


def test_a_role_that_ended_leads_to_no_page_from_before(instrument, committed):
    """Even where nobody says that it ended: rights are read anew for every answer."""
    manager = make_manager(instrument.unit)
    client, inventory = reader(manager), reverse("instruments:inventory", args=[instrument.unit.code])
    assert client.get(inventory).status_code == 200
    UnitRole.objects.filter(person=manager).delete()
    assert client.get(inventory).status_code == 404


def test_nothing_is_kept_for_the_department_nor_longer_than_half_a_minute(instrument):
    address = reverse("instruments:inventory", args=[instrument.unit.code])
    officer, manager = reader(make_officer()), reader(make_manager(instrument.unit))
    assert cost(officer, address) > ALWAYS
    assert cost(officer, address) > ALWAYS
    with time_machine.travel(timezone.now(), tick=False) as clock:
        cost(manager, address)
        assert cost(manager, address) <= ALWAYS
        clock.shift(dt.timedelta(seconds=31))
        assert cost(manager, address) > ALWAYS


def test_nobody_else_may_keep_it(instrument):
    answer = reader(PersonFactory()).get(reverse("portal:me"))
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers
