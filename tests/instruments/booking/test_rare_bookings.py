"""What is rarely met about bookings: lives brought in from elsewhere, the last days of the calendar, no limits."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from django.db import IntegrityError
from django.utils import translation

from changes import perform
from instruments.booking.actions import slots
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.visit import check_in
from instruments.booking.dependants import seated_on
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.booking.forms.clock import _written
from instruments.booking.models import Booking, BookingStep
from instruments.booking.queries.admission import _is_steward
from instruments.booking.queries.availability import availability_ahead
from instruments.booking.queries.elsewhere import elsewhere
from instruments.booking.queries.holding import held_by_station
from instruments.booking.queries.week import week
from instruments.booking.rules.wishes import Span, Wish
from instruments.booking.views.booking_life import life, past, shown
from instruments.booking.views.offers import offers
from instruments.booking.views.week_grid import week_grid
from instruments.desk.views.board import board
from instruments.inventory.bases import Stations
from instruments.inventory.enums import InstrumentState
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.intervals import Interval
from members.enums import UnitState
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
FAR = dt.datetime(8999, 12, 25, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _english():
    """Exact sentences are compared."""
    with translation.override("en"):
        yield


def moved(booking, **changes):
    """A step of a life that was told elsewhere."""
    values = {"verb": "moved", "at": NOW, "instrument": "B", "start": at(1, 10), "end": at(1, 12)}
    return BookingStep(booking=booking, **values | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"old_start": at(1, 8), "old_end": at(1, 10)},
            "from Tue 3 Mar 08:00–10:00 to Tue 3 Mar 10:00–12:00",
        ),
        ({"old_instrument": "A"}, "from A to B"),
        (
            {"old_instrument": "A", "old_start": at(1, 8), "old_end": at(1, 10)},
            "from Tue 3 Mar 08:00–10:00 to Tue 3 Mar 10:00–12:00 · from A to B",
        ),
        ({}, ""),
    ],
)
def test_a_move_says_what_it_changed(changes, said):
    """The time, the instrument, both."""
    booking = BookingFactory()
    (step,) = [one for one in past(booking, [moved(booking, **changes)]) if str(one.title) == "Moved"]
    assert (step.text, step.who) == (said, "The system")


def test_upkeep_that_was_cancelled_waits_for_nothing():
    """Nothing is under way, nothing is to come."""
    upkeep = BookingFactory(
        kind=BookingKind.MAINTENANCE, state=BookingState.CANCELLED, start=at(1, 8), requested_at=at(-1, 9)
    )
    assert [step.state for step in life(upkeep, [], NOW)] == ["done"]
    assert (shown(None), shown(at(1, 8))) == ("–", "Tue 3 Mar 08:00")


def test_an_expired_request_walks_no_further(xrd, steward):
    """Neither approved nor checked in, and it stays as it is stored."""
    booking = BookingFactory(
        instrument=xrd, state=BookingState.REQUESTED, start=at(1, 8), expires_at=NOW - dt.timedelta(minutes=1)
    )
    for actor, action in ((steward, approve_booking), (steward, check_in)):
        with pytest.raises(WrongBookingState) as refused:
            perform(actor, action, booking)
        assert refused.value.booking_state == BookingState.EXPIRED
    assert Booking.objects.get().state == "requested"


def test_what_the_database_refuses_for_another_reason_is_not_taken_for_a_taken_slot():
    """It is a fault of ours, and told as one."""
    booking = BookingFactory.build(instrument=make_instrument())
    with (
        mock.patch.object(Booking, "save", side_effect=IntegrityError("CHECK constraint failed")),
        pytest.raises(IntegrityError, match="CHECK constraint failed"),
    ):
        slots._write(booking)


def test_a_refusal_names_at_least_one_rule():
    """Else nobody could act on it."""
    with pytest.raises(ValueError, match="needs at least one problem"):
        RulesBroken([])


def test_a_time_of_the_clock_is_written_as_it_is_typed():
    """From minutes, from a time, from what was typed."""
    assert (_written(545), _written(dt.time(9, 5)), _written("9:05"), _written(None)) == (
        "09:05",
        "09:05",
        "9:05",
        "",
    )


def test_at_the_end_of_the_calendar_nobody_keeps_anything(xrd, steward, member):
    """And nothing else can be offered there."""
    assert _is_steward(xrd, steward, at(1, 8)) is True
    assert _is_steward(xrd, steward, dt.datetime.max.replace(tzinfo=dt.UTC)) is False
    assert elsewhere(BookingFactory.build(instrument=xrd, person=member, start=FAR, end=FAR)) == []


def test_no_slots_are_no_offers(xrd, member):
    """And no price is asked for."""
    assert offers(xrd, member, []) == []


def test_lengths_that_the_terms_do_not_allow_find_nothing(xrd):
    """Longer than the longest, or no whole number of steps."""
    ahead = availability_ahead(xrd)
    day = (Span(at(0, 0), at(1, 0)),)
    assert [slot.start for slot in ahead.first(xrd.pk, Wish(day, 480))] == [at(0, 10)]
    assert ahead.first(xrd.pk, Wish(day, 481)) == []
    assert [slot.start for slot in ahead.next(xrd.pk, 60, NOW, 1)] == [at(0, 10)]
    for minutes in (15, 45, 510):
        assert ahead.next(xrd.pk, minutes, NOW) == []


def test_what_is_held_on_all_instruments_at_once():
    """By instrument and station; what only touches the window lies outside."""
    one, two = make_instrument(station_count=2), make_instrument()
    BookingFactory(instrument=one, station=2, start=at(1, 8), end=at(1, 10))
    BookingFactory(instrument=two, start=at(1, 9), end=at(1, 11))
    BookingFactory(instrument=two, start=at(1, 12), end=at(1, 13))
    window = Interval(at(1, 9), at(1, 12))
    found = held_by_station(None, window, NOW)
    assert {pk: dict(rows) for pk, rows in found.items()} == {
        one.pk: {2: [Interval(at(1, 8), at(1, 10))]},
        two.pk: {1: [Interval(at(1, 9), at(1, 11))]},
    }
    assert set(held_by_station([one.pk], window, NOW)) == {one.pk}


def test_a_week_beyond_the_horizon_is_closed_and_has_no_now(xrd, member):
    """The horizon ends on Wednesday at nine: from then on nothing begins."""
    policy = policy_of(xrd)
    policy.horizon_days = 9
    policy.save()
    next_week = week(xrd, dt.date(2026, 3, 9), member)
    grid = week_grid(next_week, policy, minutes=60, bar="", chosen=None)
    assert grid.now_row is None
    kinds = [[(one.kind, one.clock) for one in day.stretches] for day in grid.days[:4]]
    assert kinds[1] == [("free", "08:00–20:00")]
    assert kinds[2][0] == ("free", "08:00–09:15")
    assert {kind for kind, _clock in kinds[2][1:] + kinds[3]} == {"closed"}


def test_whoever_is_at_work_on_a_station_that_goes_is_not_asked_about():
    """Where there is no other place for the time nothing can be chosen; a request can be cancelled."""
    instrument = make_instrument(station_count=2)
    BookingFactory(instrument=instrument, station=1, start=at(0, 8), end=at(0, 12))
    at_work = BookingFactory(
        instrument=instrument, station=2, start=at(0, 8), end=at(0, 11), state=BookingState.IN_USE
    )
    later = BookingFactory(instrument=instrument, station=2, start=at(1, 8), end=at(1, 11))
    asked = {one.key: one.choices for one in seated_on(Stations(instrument, 1), NOW)}
    assert [key for key in asked if str(at_work.pk) in key] == []
    (choices,) = [value for key, value in asked.items() if str(later.pk) in key]
    assert set(choices) == {"keep", "offer", "cancel"}


def test_the_board_shows_of_a_day_what_lies_in_it(xrd):
    """Yesterday's use is not drawn; an instrument of a unit that takes no part has no free time."""
    yesterday = BookingFactory(instrument=xrd, start=at(-1, 8), end=at(-1, 10))
    opened = [Interval(at(0, 8), at(0, 20))]
    laid = board([xrd], {xrd.pk: [yesterday]}, {xrd.pk: opened}, NOW.date(), NOW)
    assert laid.lanes[0].bookings == []
    free = [cell.kind for cell in laid.lanes[0].cells]
    xrd.unit.state = UnitState.SUSPENDED
    assert xrd.state == InstrumentState.IN_SERVICE
    shut = board([xrd], {xrd.pk: []}, {xrd.pk: opened}, NOW.date(), NOW)
    assert (free, [cell.kind for cell in shut.lanes[0].cells]) == (["gap"], [])
