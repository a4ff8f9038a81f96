"""Views room: lays the day of many instruments out on one axis of five-minute columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from display.grids import board_place
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.availability import is_open_for_booking
from instruments.booking.rules.free_slots import bookable
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.hours import hours_between, local_day, local_midnight
from instruments.terms.rules.intervals import Interval, between, clip, subtract

FIRST_HOUR, LAST_HOUR = 8, 20
MOST_ROWS = 8
BEFORE_MARK, AFTER_MARK = dt.timedelta(minutes=30), dt.timedelta(minutes=45)
"""An hour's mark makes room for the clock of the present moment from so much before it to so much after it."""

KINDS = (
    "confirmed",
    "in_use",
    "completed",
    "requested",
    "offered",
    "late",
    "overdue",
    "maintenance",
    "fault",
    "no_show",
)
_FAULTY = (InstrumentState.UNDER_REPAIR, InstrumentState.SUSPENDED)
_TROUBLE = ("overdue", *_FAULTY, "late", "maintenance", "in_use")
_AHEAD = ("confirmed", "requested", "offered", "maintenance")


@dataclass(frozen=True)
class Cell:
    """One stretch of a lane. `kind` is the look, `place` the classes of its columns, `row` that of its line."""

    kind: str
    start: dt.datetime
    end: dt.datetime
    place: str
    row: str = ""
    booking: Booking | None = None
    late_minutes: int = 0

    @property
    def minutes(self) -> int:
        """Its length."""
        return (self.end - self.start) // dt.timedelta(minutes=1)

    @property
    def ends_later(self) -> bool:
        """Whether it ends on another day than it begins; an end at midnight belongs to the day before."""
        return local_day(self.end - dt.timedelta(microseconds=1)) != local_day(self.start)


@dataclass(frozen=True)
class Lane:
    """One instrument's day: what is drawn, by row and time, and the hours that are booked."""

    instrument: Instrument
    cells: list[Cell]
    closed: list[str]
    rows: int
    booked_hours: Decimal
    state: str
    following: Booking | None = None

    @property
    def has_trouble(self) -> bool:
        """Whether somebody has to look after it now."""
        return self.state in _TROUBLE[:4]

    @property
    def by_time(self) -> list[Cell]:
        """Every stretch, by time: the day as it is read from above to below."""
        return sorted(self.cells, key=lambda c: (c.start, c.row))

    @property
    def bookings(self) -> list[Cell]:
        """The cells that are bookings, by time."""
        return sorted((c for c in self.cells if c.booking is not None), key=lambda c: (c.start, c.row))


@dataclass(frozen=True)
class Board:
    """The whole board: the hours on its axis and the column of the present moment, "" when that is not on it."""

    lanes: list[Lane]
    marks: list[tuple[str, str]]
    hours: int
    now_place: str
    now: dt.datetime
    kinds: tuple[str, ...] = KINDS

    @property
    def by_trouble(self) -> list[Lane]:
        """The lanes with the most pressing state first, those alike as they are on the board."""
        order = {state: place for place, state in enumerate(_TROUBLE)}
        return sorted(self.lanes, key=lambda lane: order.get(lane.state, len(order)))


def kind_of(booking: Booking, now: dt.datetime) -> str:
    """Return how a booking looks now: its state, or `maintenance`, `late` (not arrived), `overdue` (not left)."""
    if booking.kind == BookingKind.MAINTENANCE:
        return "maintenance"
    if booking.state == BookingState.IN_USE and booking.end <= now:
        return "overdue"
    if booking.state == BookingState.CONFIRMED and booking.start <= now:
        return "late"
    return booking.state


def board(
    instruments: Sequence[Instrument],
    bookings: Mapping[int, Sequence[Booking]],
    opened: Mapping[int, Sequence[Interval]],
    day: dt.date,
    now: dt.datetime,
) -> Board:
    """Lay a local day out: 08 to 20 o'clock, or all 24 hours where a booking begins or ends outside these."""
    midnight = local_midnight(day)
    whole = Interval(midnight, midnight + dt.timedelta(days=1))
    core = Interval(midnight + dt.timedelta(hours=FIRST_HOUR), midnight + dt.timedelta(hours=LAST_HOUR))
    shown = [b for i in instruments for b in bookings.get(i.pk, ())]
    window = core if all(_fits(b, core, whole) for b in shown) else whole
    first = FIRST_HOUR if window is core else 0
    hours = LAST_HOUR - FIRST_HOUR if window is core else 24
    shows_now = window.start <= now < window.end
    return Board(
        lanes=[_lane(i, bookings.get(i.pk, ()), opened.get(i.pk, ()), window, now) for i in instruments],
        marks=[
            (f"s{n * 12 + 1}", f"{first + n:02d}")
            for n in range(hours)
            if not (shows_now and -BEFORE_MARK <= now - (window.start + dt.timedelta(hours=n)) <= AFTER_MARK)
        ],
        hours=hours,
        now_place=board_place(now, now + dt.timedelta(minutes=1), window.start, window.end).split(" ")[0],
        now=now,
    )


def _fits(booking: Booking, core: Interval, whole: Interval) -> bool:
    edges = [m for m in (booking.start, _seen_end(booking)) if whole.start < m < whole.end]
    return all(core.start <= edge <= core.end for edge in edges)


def _seen_end(booking: Booking) -> dt.datetime:
    # What was missed gave the rest of its time back at that moment.
    if booking.state == BookingState.NO_SHOW and booking.ended_at and booking.start < booking.ended_at:
        return min(booking.end, booking.ended_at)
    return booking.end


def _lane(
    instrument: Instrument,
    bookings: Sequence[Booking],
    opened: Sequence[Interval],
    window: Interval,
    now: dt.datetime,
) -> Lane:
    rows = _rows(instrument, bookings)
    cells = []
    for booking in bookings:
        kind, end = kind_of(booking, now), _seen_end(booking)
        place = board_place(booking.start, end, window.start, window.end)
        since = booking.end if kind == "overdue" else booking.start
        late = (now - since) // dt.timedelta(minutes=1) if kind in ("overdue", "late") else 0
        if place:
            cells.append(
                Cell(kind, booking.start, end, place, _row(rows[booking.station]), booking, max(late, 0))
            )
    for station, row in rows.items():
        held = [Interval(b.start, _seen_end(b)) for b in bookings if b.station == station]
        cells += [
            Cell(
                kind, gap.start, gap.end, board_place(gap.start, gap.end, window.start, window.end), _row(row)
            )
            for kind, gap in _gaps(instrument, clip(subtract(opened, held), window), now)
        ]
    booked = sum(
        (
            hours_between(part.start, part.end)
            for b in bookings
            if b.kind == BookingKind.USE and b.state != BookingState.NO_SHOW
            for part in clip([Interval(b.start, b.end)], _whole_day(window))
        ),
        Decimal(),
    )
    shut = subtract([window], opened)
    return Lane(
        instrument=instrument,
        cells=sorted(cells, key=lambda cell: (cell.row, cell.start)),
        closed=[board_place(i.start, i.end, window.start, window.end) for i in shut],
        rows=min(len(rows), MOST_ROWS),
        booked_hours=booked,
        state=_state(instrument, bookings, now),
        following=_following(bookings, now),
    )


def is_idle(
    instrument: Instrument, bookings: Sequence[Booking], opened: Sequence[Interval], now: dt.datetime
) -> bool:
    """Tell whether a station of an instrument in service stands idle at this moment of its open time."""
    taken = {
        booking.station
        for booking in bookings
        if booking.start <= now and kind_of(booking, now) not in ("completed", "no_show")
        if now < booking.end or booking.state == BookingState.IN_USE
    }
    is_open = any(part.start <= now < part.end for part in opened)
    return (
        instrument.state == InstrumentState.IN_SERVICE and is_open and len(taken) < instrument.station_count
    )


def _following(bookings: Sequence[Booking], now: dt.datetime) -> Booking | None:
    ahead = [b for b in bookings if b.start > now and kind_of(b, now) in _AHEAD]
    return min(ahead, key=lambda b: b.start, default=None)


def _whole_day(window: Interval) -> Interval:
    spare = dt.timedelta(days=1) - window.length
    if not spare:
        return window
    start = window.start - dt.timedelta(hours=FIRST_HOUR)
    return Interval(start, start + dt.timedelta(days=1))


def _rows(instrument: Instrument, bookings: Sequence[Booking]) -> dict[int, int]:
    """Give each station that is used a row, and one more to the first that is idle."""
    used = {booking.station for booking in bookings}
    idle = next((n for n in range(1, instrument.station_count + 1) if n not in used), None)
    if idle is not None:
        used.add(idle)
    return {station: row for row, station in enumerate(sorted(used), start=1)}


def _row(number: int) -> str:
    return f"lane-{min(number, MOST_ROWS)}" if number > 1 else ""


def _gaps(instrument: Instrument, free: list[Interval], now: dt.datetime) -> list[tuple[str, Interval]]:
    """Return what is free and can be booked from now on; of an instrument that is down, what it cannot give."""
    if instrument.state in _FAULTY:
        return [("fault", part) for gap in free for part in between(max(gap.start, now), gap.end)]
    if not is_open_for_booking(instrument):
        return []
    terms = terms_of(policy_of(instrument))
    earliest = terms.earliest_start(now)
    ahead = [part for gap in free for part in between(max(gap.start, earliest), gap.end)]
    slots = bookable(ahead, minutes=terms.shortest_minutes, step=terms.step_minutes)
    return [("gap", slot) for slot in slots if slot.start <= terms.latest_start(now)]


def _state(instrument: Instrument, bookings: Sequence[Booking], now: dt.datetime) -> str:
    """Return the word for the lane's head: the most pressing that is true at this moment."""
    kinds = {kind_of(b, now) for b in bookings}
    running = {kind_of(b, now) for b in bookings if b.start <= now < b.end}
    if instrument.state != InstrumentState.IN_SERVICE:
        return instrument.state
    for kind, among in (
        ("overdue", kinds), ("in_use", running), ("late", running), ("maintenance", running)
    ):  # fmt: skip
        if kind in among:
            return kind
    return InstrumentState.IN_SERVICE
