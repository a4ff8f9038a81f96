"""The week laid out cell by cell, from a hand-made week."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.queries.week import week
from instruments.booking.views.week_grid import week_grid
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

MONDAY = dt.date(2026, 3, 2)


def laid_out(instrument, person, *, chosen=None, bar="", minutes=120):
    """The grid of the hand-made week."""
    return week_grid(
        week(instrument, MONDAY, person), policy_of(instrument), minutes=minutes, bar=bar, chosen=chosen
    )  # fmt: skip


def cells(day):
    """Kind, clock, first row and rows of every stretch of a day."""
    return [(s.kind, s.clock, s.row, s.span) for s in day.stretches]


def test_every_cell_of_a_hand_made_week(xrd, member):
    """Monday 09:00: an hour's notice; a use of somebody else, one's own, a request and upkeep."""
    BookingFactory(instrument=xrd, start=at(0, 11), end=at(0, 12, 30))
    BookingFactory(instrument=xrd, start=at(1, 8), end=at(1, 10), person=member)
    BookingFactory(instrument=xrd, start=at(2, 9), end=at(2, 11), state=BookingState.REQUESTED)
    BookingFactory(instrument=xrd, start=at(3, 8), end=at(3, 20), kind=BookingKind.MAINTENANCE)
    grid = laid_out(xrd, member)
    assert (grid.height, grid.hours[0], grid.hours[-1], grid.now_row) == (12, (0, "08:00"), (44, "19:00"), 4)
    assert cells(grid.days[0]) == [
        ("past", "08:00–09:00", 0, 4),
        ("notice", "09:00–10:00", 4, 4),
        ("free", "10:00–11:00", 8, 4),
        ("busy", "11:00–12:30", 12, 6),
        ("free", "12:30–20:00", 18, 30),
    ]
    assert cells(grid.days[1]) == [("own", "08:00–10:00", 0, 8), ("free", "10:00–20:00", 8, 40)]
    assert cells(grid.days[2]) == [
        ("free", "08:00–09:00", 0, 4),
        ("requested", "09:00–11:00", 4, 8),
        ("free", "11:00–20:00", 12, 36),
    ]
    assert cells(grid.days[3]) == [("maintenance", "08:00–20:00", 0, 48)]
    assert cells(grid.days[5]) == [("closed", "08:00–20:00", 0, 48)]
    assert [day.free_minutes for day in grid.days] == [510, 600, 600, 0, 720, 0, 0]
    own, busy = grid.days[1].stretches[0], grid.days[0].stretches[3]
    assert own.booking_id
    assert (busy.booking_id, busy.person_name) == ("", "")


def test_the_chosen_time_is_drawn_exactly_so(instrument, member):
    """Chosen Tuesday 10:00 to 12:00, of which the second hour is taken: drawn whole, over what is there."""
    BookingFactory(instrument=instrument, start=at(1, 11), end=at(1, 13))
    grid = laid_out(instrument, member, chosen=Interval(at(1, 10), at(1, 12)))
    day = grid.days[1]
    assert cells(day) == [
        ("free", "00:00–11:00", 0, 44),
        ("busy", "11:00–13:00", 44, 8),
        ("free", "13:00–24:00", 52, 44),
    ]
    assert (day.picked.clock, day.picked.row, day.picked.span) == ("10:00–12:00", 40, 8)
    assert day.free_minutes == 22 * 60
    assert [other.picked for other in grid.days if other is not day] == [None] * 6


def test_a_time_chosen_outside_the_hours_is_drawn_too(xrd, member):
    """Open 08:00 to 20:00, chosen Tuesday 21:10 to 22:00: the hours grow; a night lies on both its days."""
    grid = laid_out(xrd, member, chosen=Interval(at(1, 21, 10), at(1, 22)))
    assert (grid.hours[0][1], grid.height, grid.days[1].picked.clock) == ("08:00", 14, "21:10–22:00")
    assert (grid.days[1].picked.row, grid.days[1].picked.span) == (52, 4)
    night = laid_out(xrd, member, chosen=Interval(at(1, 22), at(2, 2)))
    assert [day.picked.clock for day in night.days if day.picked] == ["22:00–24:00", "00:00–02:00"]


def test_what_cannot_be_booked_is_down_and_closed_is_closed(xrd, member):
    """In repair: what would be free is down; the weekend stays closed, the gone and the held as they are."""
    BookingFactory(instrument=xrd, start=at(1, 8), end=at(1, 20))
    BookingFactory(instrument=xrd, start=at(2, 8), end=at(2, 10))
    grid = laid_out(xrd, member, bar="under_repair")
    assert [day.word for day in grid.days] == ["down", "full", "down", "down", "down", "closed", "closed"]
    assert cells(grid.days[2]) == [("busy", "08:00–10:00", 0, 8), ("down", "10:00–20:00", 8, 40)]
    assert not grid.has_free
    assert [day.word for day in laid_out(xrd, member).days] == [
        "free", "full", "free", "free", "free", "closed", "closed"
    ]  # fmt: skip


def test_a_night_is_cut_at_midnight(instrument, member):
    """Monday 22:00 to Tuesday 02:00 is two stretches, each with its own part of the time."""
    BookingFactory(instrument=instrument, start=at(0, 22), end=at(1, 2))
    grid = laid_out(instrument, member)
    assert cells(grid.days[0])[-1] == ("busy", "22:00–24:00", 88, 8)
    assert cells(grid.days[1])[0] == ("busy", "00:00–02:00", 0, 8)


def test_a_link_fills_the_form_with_the_wished_length():
    """Two hours from the first free step; what is left where less is free; nothing free without booking."""
    instrument = make_instrument(workdays=(8, 20))
    BookingFactory(instrument=instrument, start=at(0, 11), end=at(0, 20))
    grid = laid_out(instrument, AnonymousUser())
    free = [s.query for s in grid.days[0].stretches if s.kind == "free"]
    assert free == ["start=2026-03-02T10%3A00%3A00%2B08%3A00&end=2026-03-02T11%3A00%3A00%2B08%3A00"]
    assert grid.days[1].stretches[0].query.endswith("end=2026-03-03T10%3A00%3A00%2B08%3A00")
    assert not laid_out(instrument, AnonymousUser(), bar="unit").has_free


def test_lines_fit_the_height(instrument, member):
    """On the low rows of a whole day half an hour carries no words, an hour and a half two lines."""
    BookingFactory(instrument=instrument, start=at(1, 1), end=at(1, 1, 30))
    BookingFactory(instrument=instrument, start=at(1, 3), end=at(1, 4))
    BookingFactory(instrument=instrument, start=at(1, 5), end=at(1, 6, 30))
    day = laid_out(instrument, member).days[1]
    assert [s.lines for s in day.stretches if s.kind == "busy"] == [0, 1, 2]


def test_one_of_two_stations_stays_free(member):
    """A stretch is taken only when every station is."""
    instrument = make_instrument(workdays=(8, 20), station_count=2)
    BookingFactory(instrument=instrument, start=at(1, 9), end=at(1, 11), station=1)
    day = laid_out(instrument, member).days[1]
    assert [(s.kind, s.free_stations) for s in day.stretches] == [("free", 2), ("free", 1), ("free", 2)]


def test_use_without_a_booking_and_what_one_holds_elsewhere(xrd, member):
    """Used time is drawn where nothing else is, up to its quarter hours; what is elsewhere lies over its own hours."""
    elsewhere = BookingFactory(person=member, start=at(1, 9), end=at(1, 10, 30))
    grid = week_grid(
        week(xrd, MONDAY, member),
        policy_of(xrd),
        minutes=120,
        used=[Interval(at(0, 8, 10), at(0, 8, 40))],
        elsewhere=[elsewhere],
    )
    assert cells(grid.days[0])[:3] == [
        ("used", "08:00–08:45", 0, 3), ("past", "08:45–09:00", 3, 1), ("notice", "09:00–10:00", 4, 4)
    ]  # fmt: skip
    (there,) = grid.days[1].elsewhere
    assert (there.kind, there.clock, there.row, there.span) == ("elsewhere", "09:00–10:30", 4, 6)
    assert there.booking_id == str(elsewhere.pk)
    assert grid.days[0].elsewhere == []


@pytest.mark.parametrize(
    ("start", "end", "state", "mine", "movable"),
    [
        (at(1, 9), at(1, 11), BookingState.CONFIRMED, True, True),
        (at(1, 9), at(1, 11), BookingState.REQUESTED, True, True),
        (at(1, 9), at(1, 11), BookingState.CONFIRMED, False, False),
        (at(1, 22), at(2, 1), BookingState.CONFIRMED, True, False),
        (at(0, 8), at(0, 11), BookingState.IN_USE, True, False),
    ],
)
def test_what_can_be_taken_up(xrd, member, start, end, state, mine, movable):
    """One's own, still to come and within one day."""
    more = {"person": member} if mine else {}
    BookingFactory(instrument=xrd, start=start, end=end, state=state, expires_at=at(1, 8), **more)
    found = {s.can_move for day in laid_out(xrd, member).days for s in day.stretches if s.kind != "free"}
    assert (True in found) is movable


def test_nights_without_bookings_are_not_drawn_as_free(member):
    """Open around the clock, closed at night from 22:00 to 06:00: sixteen hours of Tuesday can be had."""
    instrument = make_instrument(policy={"nights": "closed"})
    view = week(instrument, MONDAY, member)
    assert [(part.from_minute, part.to_minute) for part in view.days[1].open_parts] == [(360, 1320)]
    assert laid_out(instrument, member).days[1].free_minutes == 16 * 60
