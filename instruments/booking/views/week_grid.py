"""Views room: lays one week out on a grid of quarter hours, each stretch with its kind and its link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlencode

from display.templatetags.display import named
from folding.times import LOCAL
from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.week import WeekBlock, WeekDay, WeekView
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.hours import local_midnight, round_up
from instruments.terms.rules.intervals import Interval, clip

QUARTER = 15
QUARTERS = 24 * 60 // QUARTER
HEIGHTS = (10, 12, 14, 16, 24)


@dataclass(frozen=True)
class Stretch:
    """A run of quarter hours of one kind on one day; `row` and `span` count quarter hours from the top."""

    kind: str
    start: dt.datetime
    end: dt.datetime
    row: int
    span: int
    query: str = ""
    booking_id: str = ""
    person_name: str = ""
    free_stations: int = 0
    lines: int = 2
    can_move: bool = False
    name: str = ""

    @property
    def clock(self) -> str:
        """Write begin and end on the local clock; the midnight that ends the day is 24:00."""
        start, end = self.start.astimezone(LOCAL), self.end.astimezone(LOCAL)
        return f"{start:%H:%M}–{'24:00' if end.date() > start.date() else f'{end:%H:%M}'}"


@dataclass(frozen=True)
class GridDay:
    """One column of the grid; `word` says how the day stands, `picked` is what was chosen on it.

    `elsewhere` is what the reader holds on other instruments, each by the name of its instrument.
    """

    day: dt.date
    is_today: bool
    is_past: bool
    stretches: list[Stretch]
    free_minutes: int
    word: str
    picked: Stretch | None
    elsewhere: list[Stretch]


@dataclass(frozen=True)
class WeekGrid:
    """The whole grid: which hours it shows, and a row for the present moment where it is on the grid."""

    days: list[GridDay]
    hours: list[tuple[int, str]]
    first_minute: int
    height: int
    now_row: int | None
    previous: dt.date
    next: dt.date
    first: dt.date
    last: dt.date
    bar: str

    @property
    def has_free(self) -> bool:
        """Tell whether any stretch of the week can be booked."""
        return any(day.free_minutes for day in self.days)


def week_grid(
    view: WeekView,
    policy: BookingPolicy,
    *,
    minutes: int,
    bar: str = "",
    chosen: Interval | None = None,
    used: Sequence[Interval] = (),
    elsewhere: Sequence[Booking] = (),
) -> WeekGrid:
    """Lay a week out. `minutes` is the length a click on free time chooses; `bar` says why none can be booked.

    Time that a bar keeps from being free is of the kind `down`. What is `chosen` is drawn over it, exactly so. `used`
    is time on record without a booking, `elsewhere` what the reader holds on other instruments.
    """
    first, height = _hours(view, chosen)
    top = first * 60 // QUARTER
    earliest = round_up(view.now + dt.timedelta(minutes=policy.notice_minutes), policy.step_minutes)
    latest = view.now + dt.timedelta(days=policy.horizon_days)
    days = []
    for day in view.days:
        midnight = local_midnight(day.day)
        tomorrow = midnight + dt.timedelta(days=1)
        keys = _keys(day, view, earliest, latest, bar=bar)
        for quarter in _quarters(clip(used, Interval(midnight, tomorrow)), midnight):
            if keys[quarter][0] in ("past", "closed"):
                keys[quarter] = ("used", None, 0)
        stretches, free = [], 0
        for key, run in groupby(range(top, top + height * 4), key=keys.__getitem__):
            quarters = list(run)
            start = midnight + dt.timedelta(minutes=quarters[0] * QUARTER)
            end = midnight + dt.timedelta(minutes=(quarters[-1] + 1) * QUARTER)
            kind, block, stations = key
            query = ""
            if kind == "free":
                free += len(quarters) * QUARTER
                query = _query(start, end, policy, minutes, earliest)
            stretches.append(
                Stretch(
                    kind=kind,
                    start=max(block.start, midnight) if block else start,
                    end=min(block.end, tomorrow) if block else end,
                    row=quarters[0] - top,
                    span=len(quarters),
                    query=query,
                    booking_id=str(block.booking_id) if block and block.booking_id else "",
                    person_name=(block.person_name or "") if block else "",
                    free_stations=stations,
                    lines=_lines(len(quarters), height),
                    can_move=block is not None and _can_move(block, view.now, midnight, tomorrow),
                )
            )
        picked = _picked(Interval(midnight, tomorrow), chosen, top, height)
        kinds = {key[0] for key in keys}
        others = [
            replace(part, kind="elsewhere", booking_id=str(row.pk), name=named(row.instrument))
            for row in elsewhere
            if (part := _picked(Interval(midnight, tomorrow), Interval(row.start, row.end), top, height))
        ]
        word = _word(kinds, free)
        days.append(GridDay(day.day, day.is_today, day.is_past, stretches, free, word, picked, others))
    return WeekGrid(
        days=days,
        hours=[(hour * 4 - top, f"{hour:02d}:00") for hour in range(first, first + height)],
        first_minute=first * 60,
        height=height,
        now_row=_now_row(view, top, height),
        previous=view.previous,
        next=view.next,
        first=view.first,
        last=view.first + dt.timedelta(days=6),
        bar=bar,
    )


def _word(kinds: set[str], free: int) -> str:
    """Say in one word how a day stands: free, down, closed (never open), over, soon (only too soon), full."""
    told = kinds - {"closed", "past", "used"}
    if free:
        return "free"
    if "down" in told:
        return "down"
    if not told:
        return "over" if kinds & {"past", "used"} else "closed"
    return "soon" if told == {"notice"} else "full"


def _quarters(parts: Sequence[Interval], midnight: dt.datetime) -> list[int]:
    """Return which quarter hours of a day the parts of it touch."""
    quarter = dt.timedelta(minutes=QUARTER)
    return [
        number
        for part in parts
        for number in range((part.start - midnight) // quarter, -((midnight - part.end) // quarter))
    ]


def _can_move(block: WeekBlock, now: dt.datetime, midnight: dt.datetime, tomorrow: dt.datetime) -> bool:
    """Tell whether the reader can take hold of a block: an own one that is to come and lies on one day."""
    waits = block.state in {*WAITING_STATES, BookingState.CONFIRMED}
    return block.is_mine and waits and now < block.start and midnight <= block.start and block.end <= tomorrow


def _picked(day: Interval, chosen: Interval | None, top: int, height: int) -> Stretch | None:
    """Return the part of a time that lies on a day, cut to the hours shown."""
    if chosen is None or not chosen.overlaps(day):
        return None
    start, end = max(chosen.start, day.start), min(chosen.end, day.end)
    quarter = dt.timedelta(minutes=QUARTER)
    row = max((start - day.start) // quarter - top, 0)
    last = min(-((day.start - end) // quarter) - top, height * 4)
    if last <= row:
        return None
    return Stretch("chosen", start, end, row, last - row, lines=_lines(last - row, height))


def _hours(view: WeekView, chosen: Interval | None) -> tuple[int, int]:
    first, last = view.first_minute // 60, -(-view.last_minute // 60)
    midnight = local_midnight(view.first)
    for offset in range(7) if chosen is not None else ():
        day = Interval(midnight + dt.timedelta(days=offset), midnight + dt.timedelta(days=offset + 1))
        for part in clip([chosen] if chosen is not None else [], day):
            first = min(first, (part.start - day.start) // dt.timedelta(hours=1))
            last = max(last, -((day.start - part.end) // dt.timedelta(hours=1)))
    height = next(h for h in HEIGHTS if h >= last - first)
    return min(first, 24 - height), height


def _keys(
    day: WeekDay, view: WeekView, earliest: dt.datetime, latest: dt.datetime, *, bar: str
) -> list[tuple[str, WeekBlock | None, int]]:
    midnight = local_midnight(day.day)
    keys: list[tuple[str, WeekBlock | None, int]] = []
    for quarter in range(QUARTERS):
        begin, stop = quarter * QUARTER, (quarter + 1) * QUARTER
        held = [b for b in day.blocks if b.from_minute < stop and b.to_minute > begin]
        own = next((b for b in held if b.is_mine), None)
        taken = len({b.station for b in held})
        moment = midnight + dt.timedelta(minutes=begin)
        if own is not None:
            keys.append(("own", own, 0))
        elif taken >= view.station_count:
            keys.append((_held_kind(held), held[0], 0))
        elif not any(p.from_minute <= begin and p.to_minute >= stop for p in day.open_parts):
            keys.append(("closed", None, 0))
        elif moment + dt.timedelta(minutes=QUARTER) <= view.now:
            keys.append(("past", None, 0))
        elif bar:
            keys.append(("down", None, 0))
        elif moment < earliest:
            keys.append(("notice", None, 0))
        elif moment > latest:
            keys.append(("closed", None, 0))
        else:
            keys.append(("free", None, view.station_count - taken))
    return keys


def _lines(span: int, height: int) -> int:
    # The whole day is drawn with lower rows, so that the week still fits on a screen.
    one, two = (3, 6) if height == HEIGHTS[-1] else (2, 4)
    return 2 if span >= two else int(span >= one)


def _held_kind(held: Sequence[WeekBlock]) -> str:
    if any(b.kind == BookingKind.MAINTENANCE for b in held):
        return "maintenance"
    if any(b.state == BookingState.REQUESTED for b in held):
        return "requested"
    return "busy"


def _query(
    start: dt.datetime, end: dt.datetime, policy: BookingPolicy, minutes: int, earliest: dt.datetime
) -> str:
    begin = round_up(max(start, earliest), policy.step_minutes).astimezone(LOCAL)
    length = min(
        dt.timedelta(minutes=minutes), max(end - begin, dt.timedelta(minutes=policy.shortest_minutes))
    )
    return urlencode({"start": begin.isoformat(), "end": (begin + length).isoformat()})


def _now_row(view: WeekView, top: int, height: int) -> int | None:
    today = next((day for day in view.days if day.is_today), None)
    if today is None:
        return None
    quarter = int((view.now - local_midnight(today.day)) / dt.timedelta(minutes=QUARTER)) - top
    return quarter if 0 <= quarter < height * 4 else None
