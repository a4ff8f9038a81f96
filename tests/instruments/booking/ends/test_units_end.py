"""What ends, resolves: bookings whose unit is taken away are shown, asked about, settled, told; what asking costs."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.sweeps import mark_no_shows, remind_bookings
from instruments.booking.dependants import settle_bookings, settle_own, settle_waiting
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from members.actions.people import change_person
from members.actions.roles import end_unit_role
from members.actions.units import change_unit
from members.enums import UnitRoleKind
from notices.models import Notice
from tests.choosing import agreeing, asked_by, told
from tests.factories.instruments import StewardshipFactory, make_instrument
from tests.factories.members import (
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
)  # fmt: skip
from tests.instruments.booking.ends.ending import DAY, HOUR, NOW, ask, book, everything, kinds, states
from tests.members.test_accounts import data_of
from tests.members.test_what_ends import unit_data

pytestmark = pytest.mark.django_db


class TestUnit:
    """A unit is suspended or leaves."""

    @pytest.mark.parametrize("state", ["suspended", "left"])
    def test_nothing_is_suspended_unseen(self, officer, instrument, unit, state):
        """Bookings on its instruments, and of its people elsewhere; each once."""
        member = PersonFactory(home_unit=unit)
        here, inside = book(instrument, PersonFactory(), 1), book(instrument, member, 2)
        away = book(make_instrument(), member, 3)
        book(make_instrument(), PersonFactory(), 4)
        before = everything()
        hits = [
            one for one in asked_by(officer, change_unit, unit, unit_data(unit, state=state)) if one.start
        ]
        assert [(one.kind, one.key, one.choices, one.person) for one in hits] == [
            ("booking", str(here.pk), ("keep", "offer", "cancel"), here.person),
            ("booking", str(inside.pk), ("keep", "offer", "cancel"), member),
            ("own_booking", str(away.pk), ("keep", "cancel"), member),
        ]
        assert everything() == before

    def test_each_its_own(self, officer, instrument, unit):
        """Kept, asked to move, cancelled; each is told in the own language why."""
        people = [PersonFactory(language="en") for _number in range(3)]
        bookings = [book(instrument, person, days) for days, person in enumerate(people, 1)]
        member = PersonFactory(home_unit=unit, language="en")
        away = book(make_instrument(), member, 1)
        choices = {
            **dict(zip((str(one.pk) for one in bookings), ("keep", "offer", "cancel"), strict=True)),
            str(away.pk): "cancel",
        }
        perform(officer, change_unit, unit, unit_data(unit, state="suspended"), choices=choices)
        assert states(*bookings, away) == ["confirmed", "confirmed", "cancelled", "cancelled"]
        assert [kinds(person) for person in (*people, member)] == [
            ["booking_in_doubt"], ["booking_to_move"], ["booking_taken_away"], ["booking_given_back"],
        ]  # fmt: skip
        for person in (*people, member):
            assert "Reason: Example University is suspended in the network." in told(person)[0][1]
            assert "内蒙古大学" in told(person, "zh-hans")[0][1]

    def test_one_answer_for_all(self, officer, instrument, unit):
        """What has an own one keeps it."""
        one, two, three = (book(instrument, PersonFactory(), days) for days in (1, 2, 3))
        choices = {"all": "cancel", str(two.pk): "keep"}
        perform(officer, change_unit, unit, unit_data(unit, state="suspended"), choices=choices)
        assert states(one, two, three) == ["cancelled", "confirmed", "cancelled"]

    def test_what_was_kept_is_asked_about_again_when_the_unit_leaves(self, officer, instrument, unit):
        """A suspension may end in time; who has left does not come back for it."""
        kept = book(instrument, PersonFactory(), 1)
        agreeing(officer, change_unit, unit, unit_data(unit, state="suspended"))
        unit.refresh_from_db()
        hits = asked_by(officer, change_unit, unit, unit_data(unit, state="left"))
        assert str(kept.pk) in {one.key for one in hits}

    def test_the_shut_door(self, officer, instrument, unit):
        """No new booking, the reminder asks to move, nobody is missed, the page says why; an open door counts."""
        person = PersonFactory(language="en")
        kept = book(instrument, person, 1, requested_at=NOW - 9 * DAY)
        other = book(make_instrument(), PersonFactory(), 1)
        agreeing(officer, change_unit, unit, unit_data(unit, state="suspended"))
        instrument.refresh_from_db()
        with pytest.raises(RulesBroken):
            perform(
                person,
                request_booking,
                instrument,
                start=NOW + 3 * DAY,
                end=NOW + 3 * DAY + HOUR,
                purpose="x",
            )
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        page = client.get(f"/bookings/{kept.pk}/").content.decode()
        assert "Example University is suspended in the network." in page
        assert "nobody counts it as missed" in page
        Notice.objects.all().delete()
        remind_bookings(NOW + HOUR)
        assert kinds(person) == ["booking_to_move"]
        with time_machine.travel(kept.start + HOUR, tick=False):
            assert mark_no_shows(timezone.now()) == 2
        assert states(kept, other) == ["cancelled", "no_show"]
        assert kinds(person) == ["booking_to_move", "booking_taken_away"]

    def test_shut_when_it_began_counts_though_open_again(self, officer, instrument, unit):
        """The unit came back during the visit that could not begin."""
        kept = book(instrument, PersonFactory(), 1)
        agreeing(officer, change_unit, unit, unit_data(unit, state="suspended"))
        with time_machine.travel(kept.start + dt.timedelta(minutes=20), tick=False):
            unit.refresh_from_db()
            perform(officer, change_unit, unit, unit_data(unit, state="active"))
        with time_machine.travel(kept.start + HOUR, tick=False):
            mark_no_shows(timezone.now())
        assert states(kept) == ["cancelled"]


@pytest.mark.parametrize("rows", [1, 3])
def test_asking_costs_the_same_for_one_and_three(officer, unit, rows, django_assert_num_queries):
    """Bookings, stewardships and requests, of an account, a role, a membership, a unit."""
    steward = PersonFactory(home_unit=unit)
    role = UnitRoleFactory(unit=unit, person=steward, kind=UnitRoleKind.STEWARD)
    for days in range(1, rows + 1):
        instrument = make_instrument(unit=unit)
        StewardshipFactory(instrument=instrument, person=steward)
        ask(instrument, PersonFactory(), days)
        book(instrument, steward, days + 5, category="internal")
        book(make_instrument(), PersonFactory(home_unit=unit), days)
    for number, action, row, data in (
        (23, change_person, steward, data_of(steward, is_active=False)),
        (19, change_person, steward, data_of(steward, home_unit=UnitFactory())),
        (24, change_unit, unit, unit_data(unit, state="suspended")),
    ):
        with django_assert_num_queries(number):
            asked_by(officer, action, row, data)
    with django_assert_num_queries(12):
        asked_by(officer, end_unit_role, role)


@pytest.mark.parametrize("settler", [settle_bookings, settle_own, settle_waiting])
@pytest.mark.parametrize("choice", ["keep", "cancel"])
def test_what_its_person_gave_back_meanwhile_is_left_alone(officer, instrument, settler, choice):
    """Between the question and the lock; nobody is told of it."""
    gone = book(instrument, PersonFactory(), 1, state=BookingState.CANCELLED)
    perform(officer, settler, [str(gone.pk)], choice, "x")
    gone.refresh_from_db()
    assert (gone.version, gone.reason, Notice.objects.count()) == (1, "", 0)
