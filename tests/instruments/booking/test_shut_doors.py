"""A shut door: nobody checks in or is promised time there, and whoever is hit finds free time on other instruments."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from changes import perform
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.booking.queries.elsewhere import elsewhere
from instruments.inventory.actions.instruments import change_state
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitFactory
from tests.instruments.inventory.test_inventory import client_of

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # a Monday, 10:00 in the region
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def monday():
    """Time stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def instrument():
    """Open around the clock."""
    return make_instrument(name_zh="衍射仪", name_en="Diffractometer")


def shut(instrument, how):
    """Shut it for now, in one of the ways there are."""
    if how == "closure":
        OpeningException.objects.create(
            instrument=instrument, start=NOW - HOUR, end=NOW + HOUR, is_open=False, reason="停电"
        )
    elif how == "unit":
        type(instrument.unit).objects.update(state="suspended")
    else:
        Instrument.objects.filter(pk=instrument.pk).update(state=how, state_note="光管")


WAYS = {
    "under_repair": "instrument_state",
    "suspended": "instrument_state",
    "retired": "instrument_state",
    "closure": "shut",
    "unit": "unit_state",
}


@pytest.mark.parametrize(("how", "rule"), WAYS.items())
def test_nobody_checks_in_at_a_shut_door(instrument, how, rule):
    """Neither owner nor custodian; nothing is changed. Once it is open again they do."""
    booking = BookingFactory(instrument=instrument, start=NOW, end=NOW + 2 * HOUR)
    shut(instrument, how)
    for person in (booking.person, make_steward(instrument)):
        with pytest.raises(RulesBroken) as refused:
            perform(person, check_in, Booking.objects.get(pk=booking.pk))
        assert [one.rule for one in refused.value.problems] == [rule]
    booking.refresh_from_db()
    assert (booking.state, booking.version, booking.checked_in_at) == ("confirmed", 1, None)
    assert not Entry.objects.exists()
    Instrument.objects.update(state="in_service")
    type(instrument.unit).objects.update(state="active")
    OpeningException.objects.all().delete()
    assert perform(booking.person, check_in, booking).state == "in_use"


def test_on_the_day_it_is_back_people_check_in(instrument):
    """Expected back today: the state may be behind, the door is open."""
    booking = BookingFactory(instrument=instrument, start=NOW, end=NOW + 2 * HOUR)
    Instrument.objects.update(state="under_repair", state_note="光管", back_on=dt.date(2026, 3, 2))
    assert perform(booking.person, check_in, booking).state == "in_use"


@pytest.mark.parametrize("how", WAYS)
def test_who_is_inside_can_leave(instrument, how):
    """A visit that began before ends as any other."""
    booking = BookingFactory(
        instrument=instrument,
        start=NOW - HOUR,
        end=NOW + HOUR,
        state=BookingState.IN_USE,
        checked_in_at=NOW - HOUR,
    )
    shut(instrument, how)
    assert perform(booking.person, check_out, booking).state == "completed"


@pytest.mark.parametrize(("how", "rule"), WAYS.items())
def test_nobody_is_promised_a_time_at_which_it_is_known_to_be_shut(instrument, how, rule):
    """The request stays a request; when the door opens it can be granted."""
    steward = make_steward(instrument)
    booking = BookingFactory(
        instrument=instrument,
        start=NOW,
        end=NOW + 2 * HOUR,
        state=BookingState.REQUESTED,
        expires_at=NOW + HOUR,
    )
    shut(instrument, how)
    with pytest.raises(RulesBroken) as refused:
        perform(steward, approve_booking, booking)
    assert [one.rule for one in refused.value.problems] == [rule]
    booking.refresh_from_db()
    assert (booking.state, booking.version, Notice.objects.count()) == ("requested", 1, 0)


def test_a_request_after_the_repair_is_granted(instrument):
    """Back on Thursday, asked for Thursday."""
    start = dt.datetime(2026, 3, 5, 2, tzinfo=dt.UTC)
    booking = BookingFactory(
        instrument=instrument,
        start=start,
        end=start + HOUR,
        state=BookingState.REQUESTED,
        expires_at=NOW + HOUR,
    )
    Instrument.objects.update(state="under_repair", state_note="光管", back_on=dt.date(2026, 3, 5))
    assert perform(make_steward(instrument), approve_booking, booking).state == "confirmed"


@pytest.fixture
def booking(instrument):
    """Tomorrow, two hours, by somebody of another unit."""
    return BookingFactory(instrument=instrument, start=NOW + DAY, end=NOW + DAY + 2 * HOUR)


def beside(instrument, code, **fields):
    """Another instrument of the same class."""
    return make_instrument(
        code=code,
        **{"instrument_class": instrument.instrument_class, "region": instrument.region, **fields},
    )


class TestElsewhere:
    """Free time on other instruments of the class."""

    def test_only_what_the_person_may_book_and_pay_for(self, instrument, booking):
        """Of the class, in service, shared with them, priced for them, free for that long."""
        other = UnitFactory(region=instrument.unit.region)
        beside(instrument, "A-FREE", unit=other)
        beside(instrument, "B-INTERNAL", unit=other, sharing_mode="internal")
        beside(instrument, "C-NOT", unit=other, sharing_mode="not_shared")
        beside(instrument, "D-BROKEN", unit=other, state="under_repair", state_note="x")
        beside(instrument, "E-NO-PRICE", unit=other, rates=False)
        beside(instrument, "F-SHORT", unit=other, policy={"longest_minutes": 60})
        beside(instrument, "G-SHUT", unit=other, always_open=False)
        beside(instrument, "H-AWAY", unit=UnitFactory(state="suspended"))
        make_instrument(code="I-OTHER-CLASS", unit=other)
        own = booking.person.home_unit
        beside(instrument, "J-OWN-UNIT", unit=own, sharing_mode="internal")
        found = elsewhere(booking)
        assert [(place.code, slot.start, slot.end) for place, slot in found] == [
            ("A-FREE", booking.start, booking.end),
            ("J-OWN-UNIT", booking.start, booking.end),
        ]

    def test_the_nearest_first_and_no_more_queries_for_more_instruments(self, instrument, booking):
        """The same unit before the same region before the rest."""
        beside(instrument, "A-FAR")
        beside(instrument, "B-REGION", region=instrument.region)
        beside(instrument, "C-UNIT", unit=instrument.unit)
        with CaptureQueriesContext(connection) as few:
            elsewhere(booking, 1)
        assert [place.code for place, _slot in elsewhere(booking, 1)] == ["C-UNIT"]
        for number in range(5):
            beside(instrument, f"D-{number}")
        with CaptureQueriesContext(connection) as many:
            elsewhere(booking, 1)
        assert len(many) == len(few) <= 9

    def test_whoever_is_hit_is_told_of_them_in_both_languages(self, instrument, booking):
        """A repair without an end leaves nothing here, so others are named; the page links to their forms."""
        beside(instrument, "NEXT-1", name_zh="备用衍射仪", name_en="Spare diffractometer")
        perform(
            make_steward(instrument),
            change_state,
            instrument,
            "under_repair",
            note="光管",
            choices={str(booking.pk): "cancel"},
        )
        others = Notice.objects.get(person=booking.person).context["others"]
        assert "Spare diffractometer (NEXT-1)" in others["en"]
        assert "备用衍射仪" in others["zh"]
        page = client_of(booking.person).get(f"/bookings/{booking.pk}/").content.decode()
        assert "/instruments/NEXT-1/?start=2026-03-03T10%3A00" in page
        stranger = client_of(make_steward(instrument)).get(f"/bookings/{booking.pk}/").content.decode()
        assert "/instruments/NEXT-1/" not in stranger

    def test_without_any_it_says_so(self, instrument, booking):
        """No instrument of the class, no time."""
        perform(
            make_steward(instrument),
            change_state,
            instrument,
            "under_repair",
            note="光管",
            choices={str(booking.pk): "offer"},
        )
        assert Notice.objects.get(person=booking.person).context["others"]["en"] == "none at present"


def test_requests_and_moves_into_an_outage_are_refused_as_before(instrument, booking):
    """By the rules of a new booking, which know the state and the closures."""
    OpeningException.objects.create(
        instrument=instrument, start=NOW + 2 * DAY, end=NOW + 3 * DAY, is_open=False, reason="停电"
    )
    span = {"start": NOW + 2 * DAY, "end": NOW + 2 * DAY + HOUR}
    with pytest.raises(RulesBroken):
        perform(PersonFactory(), request_booking, instrument, purpose="x", **span)
    with pytest.raises(RulesBroken):
        perform(booking.person, move_booking, booking, **span)
    assert Booking.objects.count() == 1
