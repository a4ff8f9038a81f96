"""The board of the desk: how a day is laid out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from instruments.booking.enums import BookingKind, BookingState
from instruments.desk.views.board import board
from instruments.inventory.enums import InstrumentState
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = NOW.date()


def _lay(instrument, *bookings, opened=(), now=NOW):
    return board([instrument], {instrument.pk: bookings}, {instrument.pk: list(opened)}, DAY, now)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"start": at(0, 10)}, "confirmed"),
        ({"start": at(0, 9)}, "late"),
        ({"start": at(0, 8), "state": BookingState.IN_USE}, "in_use"),
        ({"start": at(0, 8), "end": at(0, 9), "state": BookingState.IN_USE}, "overdue"),
        ({"start": at(0, 10), "state": BookingState.REQUESTED}, "requested"),
        ({"start": at(0, 8), "kind": BookingKind.MAINTENANCE}, "maintenance"),
        ({"start": at(0, 8), "state": BookingState.NO_SHOW}, "no_show"),
        ({"start": at(0, 8), "end": at(0, 9), "state": BookingState.COMPLETED}, "completed"),
    ],
)
def test_how_a_booking_looks(xrd, fields, kind):
    laid = _lay(xrd, BookingFactory(instrument=xrd, **fields))
    assert [cell.kind for cell in laid.lanes[0].bookings] == [kind]


def test_places_are_counted_in_five_minutes_from_eight(xrd):
    laid = _lay(xrd, BookingFactory(instrument=xrd, start=at(0, 10), end=at(0, 12)))
    assert laid.hours == 12
    assert laid.marks[:2] == [("s1", "08"), ("s25", "10")]
    assert laid.lanes[0].cells[0].place == "s25 e49"
    assert laid.now_place == "s13"
    assert laid.lanes[0].booked_hours == Decimal("2.00")


def test_a_booking_at_night_shows_the_whole_day(xrd):
    laid = _lay(xrd, BookingFactory(instrument=xrd, start=at(0, 20), end=at(0, 22)))
    assert laid.hours == 24
    assert laid.lanes[0].cells[0].place == "s241 e265"


def test_upkeep_over_days_is_cut_and_needs_no_night(xrd):
    laid = _lay(
        xrd, BookingFactory(instrument=xrd, start=at(-1, 9), end=at(3, 9), kind=BookingKind.MAINTENANCE)
    )
    assert laid.hours == 12
    assert laid.lanes[0].cells[0].place == "s1 e145 cut-start cut-end"


def test_stations_take_rows():
    instrument = make_instrument(station_count=3)
    laid = _lay(
        instrument,
        BookingFactory(instrument=instrument, start=at(0, 10), station=1),
        BookingFactory(instrument=instrument, start=at(0, 10), station=2),
    ).lanes[0]
    assert [cell.row for cell in laid.bookings] == ["", "lane-2"]
    assert laid.rows == 3


def test_gaps_keep_notice_step_and_shortest(xrd):
    opened = [Interval(at(0, 8), at(0, 20))]
    laid = _lay(
        xrd,
        BookingFactory(instrument=xrd, start=at(0, 12), end=at(0, 14)),
        BookingFactory(instrument=xrd, start=at(0, 14, 15), end=at(0, 16)),
        opened=opened,
        now=NOW + dt.timedelta(minutes=10),
    )
    gaps = [(cell.start, cell.end) for cell in laid.lanes[0].cells if cell.kind == "gap"]
    assert gaps == [(at(0, 10, 30), at(0, 12)), (at(0, 16), at(0, 20))]


def test_what_is_down_offers_nothing(xrd):
    xrd.state = InstrumentState.UNDER_REPAIR
    laid = _lay(xrd, opened=[Interval(at(0, 8), at(0, 20))])
    assert [(cell.kind, cell.start, cell.end) for cell in laid.lanes[0].cells] == [("fault", NOW, at(0, 20))]
    assert laid.lanes[0].state == InstrumentState.UNDER_REPAIR


def test_a_missed_booking_ends_where_its_time_was_given_back(xrd):
    missed = BookingFactory(
        instrument=xrd, start=at(0, 8), end=at(0, 11), state=BookingState.NO_SHOW, ended_at=at(0, 8, 30)
    )
    lane = _lay(xrd, missed).lanes[0]
    assert lane.cells[0].end == at(0, 8, 30)
    assert lane.booked_hours == 0


def test_marks_make_room_for_the_clock_of_now(xrd):
    hours = [mark for _place, mark in _lay(xrd, now=at(0, 10, 40)).marks]
    assert hours == ["08", "09", "12", "13", "14", "15", "16", "17", "18", "19"]
    assert len(_lay(xrd, now=at(1, 10, 40)).marks) == 12
    # Ten minutes before the axis begins no clock stands on it, so its first hour stays.
    assert [mark for _place, mark in _lay(xrd, now=at(0, 7, 50)).marks][0] == "08"


def test_the_folds_begin_with_trouble_and_name_the_next(xrd):
    calm = make_instrument(unit=xrd.unit)
    first = BookingFactory(instrument=calm, start=at(0, 11))
    late = BookingFactory(
        instrument=xrd, start=at(0, 6), end=at(0, 8), state=BookingState.IN_USE, checked_in_at=at(0, 6)
    )
    laid = board([calm, xrd], {calm.pk: [first], xrd.pk: [late]}, {calm.pk: [], xrd.pk: []}, DAY, NOW)
    assert [(lane.instrument, lane.has_trouble, lane.following) for lane in laid.by_trouble] == [
        (xrd, True, None),
        (calm, False, first),
    ]
