"""What ends, resolves: bookings whose person or steward is taken away are shown, asked about, settled, told."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from changes import perform, subscribe
from changes.events import _subscribers
from instruments.booking.enums import BookingState
from instruments.booking.events import TimeFreed
from instruments.inventory.actions.stewards import end_stewardship, settle_ended_stewardships
from instruments.inventory.models import Stewardship
from members.actions.people import change_person
from members.actions.roles import end_network_role, end_unit_role, settle_ended_roles
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from notices.models import Notice
from tests.choosing import agreeing, answers, asked_by, told, words_of
from tests.factories.instruments import StewardshipFactory, make_instrument, make_steward
from tests.factories.members import (
    NetworkRoleFactory,
    PersonFactory,
    UnitFactory,
)  # fmt: skip
from tests.instruments.booking.ends.ending import DAY, NOW, TODAY, ask, book, everything, kinds, states
from tests.members.test_accounts import data_of
from tests.members.test_what_ends import report_of

pytestmark = pytest.mark.django_db


class TestAccount:
    """An account is closed."""

    def test_nothing_is_closed_unseen(self, officer, instrument):
        """Uses to come and requests of this person; not what is over, nor of others, nor upkeep."""
        person = PersonFactory()
        coming, asked = book(instrument, person, 1), ask(instrument, person, 2)
        book(instrument, person, -3)
        book(instrument, person, 3, state=BookingState.CANCELLED)
        book(instrument, person, 4, kind="maintenance")
        book(instrument, PersonFactory(), 5)
        before = everything()
        hits = asked_by(officer, change_person, person, data_of(person, is_active=False))
        assert [(one.key, one.choices, one.title, one.start) for one in hits] == [
            (str(coming.pk), ("keep", "cancel"), f"IMU-0001 {instrument.name_zh}", coming.start),
            (str(asked.pk), ("keep", "cancel"), f"IMU-0001 {instrument.name_zh}", asked.start),
        ]
        assert everything() == before

    def test_one_stays_and_one_is_cancelled(self, officer, instrument, manager):
        """The time is free again, the custodians know, the person finds it should the account open again."""
        person = PersonFactory(language="en", display_name="Li Na")
        kept, dropped = book(instrument, person, 1), book(instrument, person, 2)
        freed = []
        subscribe(TimeFreed, lambda work, event: freed.append((event.instrument, event.start)))
        try:
            perform(
                officer,
                change_person,
                person,
                data_of(person, is_active=False, language="en"),
                choices={str(kept.pk): "keep", str(dropped.pk): "cancel"},
            )
        finally:
            _subscribers[TimeFreed].pop()
        assert states(kept, dropped) == ["confirmed", "cancelled"]
        assert freed == [(instrument, dropped.start)]
        dropped.refresh_from_db()
        assert dropped.reason == "The account of Li Na has been closed."
        assert told(manager) == [
            (
                "booking_given_back",
                (
                    "The booking of Microscope by Li Na on 4 Mar 2026, 10:00–12:00 has been cancelled. "
                    "Reason: The account of Li Na has been closed."
                ),
            )
        ]
        assert kinds(person) == ["booking_given_back", "booking_kept"]
        verbs = Entry.objects.order_by("sequence").values_list("verb", flat=True)
        assert list(verbs) == ["members.person.changed", "instruments.booking.cancelled"]

    def test_an_only_steward_leaves_instruments_and_requests_behind(self, officer, instrument, manager, unit):
        """Those that others keep as well are named too; only what nobody decides is asked about."""
        steward = make_steward(instrument)
        shared = make_instrument(unit=unit, code="IMU-0002")
        StewardshipFactory(instrument=shared, person=steward)
        make_steward(shared)
        left, fine = ask(instrument, PersonFactory(), 1), ask(shared, PersonFactory(), 1)
        closed = data_of(steward, is_active=False)
        before = everything()
        hits = asked_by(officer, change_person, steward, closed)
        assert [(one.kind, one.choices, one.title.split()[0]) for one in hits] == [
            ("waiting_request", ("keep", "cancel"), "IMU-0001"),
            ("role", ("cancel",), str(UnitRoleKind.STEWARD.label)),
            ("stewardship", ("keep",), "IMU-0001"),
            ("stewardship", ("cancel",), "IMU-0002"),
        ]
        assert everything() == before
        perform(officer, change_person, steward, closed, choices=answers(hits))
        assert states(left, fine) == ["requested", "requested"]
        assert set(Stewardship.objects.filter(person=steward).values_list("valid_to", flat=True)) == {TODAY}
        assert kinds(manager) == ["instruments_unkept", "booking_requested"]
        assert told(manager)[0][1].startswith("Nobody is steward of Microscope any more.")
        assert "IMU-0002" not in told(manager)[0][1]


class TestMove:
    """A person goes to another unit."""

    def test_only_what_has_the_price_of_the_old_unit_is_asked_about(self, officer, instrument, unit):
        """Kept once, it is not asked about again at the next move."""
        person = PersonFactory(home_unit=unit, language="en", display_name="Li Na")
        inside = book(instrument, person, 1, category="internal", yuan_per_hour=60, price=120)
        book(make_instrument(), person, 2, category="member")
        second, third = UnitFactory(), UnitFactory()
        moved = data_of(person, home_unit=second, language="en")
        before = everything()
        (hit,) = asked_by(officer, change_person, person, moved)
        assert (hit.key, hit.choices) == (str(inside.pk), ("keep", "cancel"))
        assert everything() == before
        perform(officer, change_person, person, moved, choices={hit.key: "keep"})
        inside.refresh_from_db()
        assert (inside.state, inside.category, inside.price) == ("confirmed", "internal", 120)
        assert told(person) == [
            (
                "booking_kept",
                (
                    "The booking of Microscope by Li Na on 3 Mar 2026, 10:00–12:00 stays, at the price of ¥120.00. "
                    "What has changed: Li Na no longer belongs to Example University. A new booking has the price that "
                    "holds from now on."
                ),
            )
        ]
        perform(officer, change_person, person, data_of(Person.objects.get(pk=person.pk), home_unit=third))

    def test_cancelled_it_is_free_again(self, officer, instrument, unit):
        """The reason stands on the booking, in the language of its person."""
        person = PersonFactory(home_unit=unit, display_name="李娜")
        inside = book(instrument, person, 1, category="internal")
        agreeing(officer, change_person, person, data_of(person, home_unit=UnitFactory()), prefer="cancel")
        inside.refresh_from_db()
        assert (inside.state, "内蒙古大学" in inside.reason) == ("cancelled", True)
        assert kinds(person) == ["booking_given_back"]


class TestSteward:
    """Somebody keeps an instrument no longer."""

    def test_a_role_that_ends_takes_its_stewardships_with_it(self, officer, instrument, manager):
        """The request may stay for the managers, or go."""
        steward = make_steward(instrument)
        role = UnitRole.objects.get(person=steward, kind=UnitRoleKind.STEWARD)
        request, own = ask(instrument, PersonFactory(language="en"), 1), ask(instrument, steward, 2)
        before = everything()
        hits = asked_by(officer, end_unit_role, role)
        assert [(one.kind, one.key) for one in hits] == [
            ("waiting_request", str(request.pk)),
            ("stewardship", f"stewardship-{Stewardship.objects.get().pk}"),
        ]
        assert everything() == before
        perform(officer, end_unit_role, role, choices=answers(hits, "cancel"))
        assert states(request, own) == ["cancelled", "requested"]
        assert Stewardship.objects.get().valid_to == TODAY
        assert told(request.person)[0][1].endswith(
            "Reason: Nobody keeps the instrument any more who could decide on the request."
        )
        assert kinds(manager) == ["instruments_unkept", "booking_given_back"]

    def test_a_role_that_ends_later_ends_its_stewardships_later(self, officer, instrument):
        """A request that is over by then is not asked about."""
        steward = make_steward(instrument)
        ask(instrument, PersonFactory(), 1)
        role = UnitRole.objects.get(person=steward, kind=UnitRoleKind.STEWARD)
        day = TODAY + 30 * DAY
        (hit,) = asked_by(officer, end_unit_role, role, valid_to=day)
        assert hit.kind == "stewardship"
        perform(officer, end_unit_role, role, valid_to=day, choices={hit.key: "keep"})
        assert Stewardship.objects.get().valid_to == day
        (row,) = Notice.objects.filter(person=steward)
        assert words_of(row).startswith("From 1 Apr 2026 on you no longer have")

    def test_one_stewardship_of_two_is_simply_ended(self, manager, instrument):
        """Nothing hangs on it, nothing is asked; the person is told."""
        steward = make_steward(instrument)
        make_steward(instrument)
        ask(instrument, PersonFactory(), 1)
        perform(manager, end_stewardship, Stewardship.objects.get(person=steward))
        assert kinds(steward) == ["stewardship_ended"]

    def test_the_page_of_the_stewards_asks_in_its_own_form(self, manager, instrument):
        """The last one: the instrument and the request are named; then it is saved."""
        steward, request = make_steward(instrument), ask(instrument, PersonFactory(), 1)
        row = Stewardship.objects.get()
        client = Client(headers={"accept-language": "en"})
        client.force_login(manager)
        url = reverse("instruments:end_steward", args=["IMU", "IMU-0001", row.pk])
        sent = {"valid_to": "2026-03-02", f"choice_{request.pk}": "cancel"}
        before = everything()
        answer = client.post(url, sent)
        page = answer.content.decode()
        form = page[page.index(f'action="{url}"') :]
        form = form[: form.index("</form>")]
        assert (answer.status_code, everything()) == (422, before)
        assert f'name="choice_stewardship-{row.pk}"' in form
        assert '<option value="cancel" selected>cancel it and tell its person</option>' in form
        answer = client.post(url, {**sent, f"choice_stewardship-{row.pk}": "keep"})
        assert answer.status_code == 302
        assert states(request) == ["cancelled"]
        assert kinds(steward) == ["stewardship_ended"]

    def test_the_admin_asks_too(self, officer, instrument):
        """With the version of the stewards that was seen."""
        make_steward(instrument)
        row = Stewardship.objects.get()
        client = Client(headers={"accept-language": "en"})
        client.force_login(officer)
        url = reverse("admin:instruments_stewardship_change", args=[row.pk])
        sent = {"valid_to": "2026-03-02", "version": "1"}
        answer = client.post(url, sent)
        (hit,) = answer.context["adminform"].form.hits
        assert (answer.status_code, hit.name) == (200, f"choice_stewardship-{row.pk}")
        assert client.post(url, {**sent, hit.name: "keep"}).status_code == 302
        row.refresh_from_db()
        assert row.valid_to == TODAY


class TestByDate:
    """What was given a last day ends on it, without anybody being there."""

    def test_a_stewardship(self, manager, instrument):
        """Requests that wait by then are kept, and the managers told once."""
        make_steward(instrument)
        row = Stewardship.objects.get()
        agreeing(manager, end_stewardship, row, valid_to=TODAY + 3 * DAY)
        assert settle_ended_stewardships(NOW) == 0
        Notice.objects.all().delete()
        with time_machine.travel(NOW + 3 * DAY, tick=False):
            waiting = book(instrument, PersonFactory(), 5, state=BookingState.REQUESTED)
            assert [settle_ended_stewardships(timezone.now()) for _time in range(2)] == [1, 0]
        assert states(waiting) == ["requested"]
        assert kinds(manager) == ["instruments_unkept", "booking_requested"]

    def test_a_role(self, officer, instrument, manager, unit):
        """A report asked for in the last night is cancelled; a stewardship given after the end was set ends too."""
        steward = make_steward(instrument)
        role = UnitRole.objects.get(person=steward)
        perform(officer, end_unit_role, role, valid_to=TODAY + 3 * DAY, choices=answers(
            asked_by(officer, end_unit_role, role, valid_to=TODAY + 3 * DAY)
        ))  # fmt: skip
        second = make_instrument(unit=unit)
        given = StewardshipFactory(instrument=second, person=steward, valid_from=TODAY)
        run = report_of(steward, unit)
        assert settle_ended_roles(NOW) == 0
        with time_machine.travel(NOW + 3 * DAY, tick=False):
            assert [settle_ended_roles(timezone.now()) for _time in range(2)] == [1, 0]
        given.refresh_from_db()
        run.refresh_from_db()
        assert (given.valid_to, run.state) == (TODAY + 3 * DAY, "cancelled")

    def test_a_role_of_the_network(self, officer):
        """Its person signs in anew; a role that ended at once was settled then."""
        role = NetworkRoleFactory(kind="expert", valid_to=TODAY + DAY)
        perform(officer, end_network_role, NetworkRoleFactory(kind="expert"))
        assert settle_ended_roles(NOW) == 0
        with time_machine.travel(NOW + DAY, tick=False):
            assert settle_ended_roles(timezone.now()) == 1
        assert Person.objects.get(pk=role.person_id).access_generation == 1
