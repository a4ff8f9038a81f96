"""Queries room: the one answer to which instruments are free when; everybody who shows or offers free time asks here.

Terms, opening hours, exceptions, bookings and maintenance are read once for a set of instruments and a window. How
the free time is kept inside is nobody else's business: whoever asks knows instruments, windows and minutes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from instruments.booking.queries.holding import held_by_station
from instruments.booking.rules.free_slots import (
    FreeSlot,
    bookable,
    longest_parts,
    next_free_slots,
)
from instruments.booking.rules.wishes import Wish, pieces, wished_length
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import openings_of
from instruments.terms.queries.policy import TERMS_COLUMNS, policy_of, terms_in, terms_of
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import is_convertible, local_day, local_midnight
from instruments.terms.rules.intervals import Interval, between, clip, subtract, total, widened
from members.enums import UnitState

T = TypeVar("T")
_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)
_SECOND = dt.timedelta(seconds=1)
_FEW = 500
_COLUMNS = (
    "pk",
    "code",
    "unit_id",
    "sharing_mode",
    "station_count",
    *TERMS_COLUMNS,
)


@dataclass(frozen=True)
class _Bookable:
    """What is known of an instrument before anybody asks when it is free."""

    pk: int
    code: str
    unit: int
    mode: str
    stations: int
    terms: BookingTerms
    is_open: bool = True


@dataclass(frozen=True, eq=False)
class _FreeTime:
    """The open time, and what of it is free on each station; instruments on which nothing is held share it."""

    terms: BookingTerms
    opened: Sequence[Interval]
    stations: Mapping[int, Sequence[Interval]]


class Availability:
    """What a set of instruments has free inside a window, as of one moment.

    Made in three queries, however many instruments there are; two where they are given with unit and policy. One that
    takes no bookings has nothing free; a queryset is narrowed to those that take some.
    """

    def __init__(
        self, instruments: QuerySet[Instrument] | Sequence[Instrument], window: Interval, now: dt.datetime
    ) -> None:
        self.window, self.now = window, now
        rows = _read(instruments) if isinstance(instruments, QuerySet) else map(_given, instruments)
        self._known = {one.pk: one for one in rows}
        few = list(self._known) if len(self._known) <= _FEW else None
        openings = openings_of(few, window)
        apart = max((one.terms.apart for one in self._known.values()), default=dt.timedelta())
        held = held_by_station(few, widened(window, apart), now)
        shared: dict[object, _FreeTime] = {}
        self._free: dict[int, _FreeTime] = {}
        for pk, one in self._known.items():
            opening, taken = openings[pk], held.get(pk)
            key = (opening, one.terms, one.stations, one.is_open)
            free = None if taken else shared.get(key)
            if free is None:
                free = _free_time(one, opening.intervals, taken or {})
                if not taken:
                    shared[key] = free
            self._free[pk] = free

    def takes(self, minutes: int | None = None) -> set[int]:
        """Return the keys of those that take a booking of that length, or of their shortest, inside the window."""

        def takes(free: _FreeTime) -> bool:
            terms = free.terms
            length = terms.shortest_minutes if minutes is None else minutes
            if not terms.shortest_minutes <= length <= terms.longest_minutes:
                return False
            earliest = max(self.window.start, terms.earliest_start(self.now))
            return bool(self._slots(free, length, earliest, terms.latest_start(self.now), 1))

        return {pk for pk, fits in self._each(takes).items() if fits}

    def lengths(self, days: Sequence[dt.date]) -> dict[int, list[tuple[dt.timedelta, dt.timedelta]]]:
        """Return how long each is open, and can still be booked, on each local day: all stations together."""
        wholes = [Interval(local_midnight(day), local_midnight(day + _DAY)) for day in days]

        def lengths(free: _FreeTime) -> list[tuple[dt.timedelta, dt.timedelta]]:
            # What is over, or too near to be booked, is not free any more.
            ahead = between(free.terms.earliest_start(self.now), self.window.end)
            return [
                (
                    total(clip(free.opened, whole)) * len(free.stations),
                    sum(
                        (
                            total(clip(station, rest))
                            for rest in clip(ahead, whole)
                            for station in free.stations.values()
                        ),
                        dt.timedelta(),
                    ),
                )
                for whole in wholes
            ]

        return self._each(lengths)

    def first(self, pk: int, wish: Wish, count: int = 1) -> list[FreeSlot]:
        """Return the first slots as wished, of the usual length where none is; each on a day of its own."""
        free, found = self._free[pk], list[FreeSlot]()
        length = wished_length(free.terms, wish.minutes)
        if length is None:
            return found
        midnight = local_midnight(local_day(self.now))
        soonest, latest = free.terms.earliest_start(self.now), free.terms.latest_start(self.now)
        for span in wish.spans:
            for begin, until in pieces(span, length, midnight, any_hour=wish.any_hour):
                earliest = max(soonest, midnight + begin * _MINUTE)
                last = min(latest, midnight + (until - 1) * _MINUTE)
                while len(found) < count and (slots := self._slots(free, length, earliest, last, 1)):
                    found.append(self._slot(pk, *slots[0]))
                    earliest = local_midnight(local_day(found[-1].start) + _DAY)
        return found

    def next(
        self, pk: int, minutes: int, after: dt.datetime, count: int = 3, *, one_a_day: bool = False
    ) -> list[FreeSlot]:
        """Return the next `count` slots of that length that begin at or after `after` and meet every rule.

        Where there are fewer after it, the earliest bookable ones before it fill the rest. `one_a_day` asks for slots
        of different days, as far as there are any. The length must be one the terms allow, else nothing is offered.
        """
        free, terms = self._free[pk], self._free[pk].terms
        if not terms.shortest_minutes <= minutes <= terms.longest_minutes or minutes % terms.step_minutes:
            return []
        first, last = terms.earliest_start(self.now), terms.latest_start(self.now)
        wanted = max(first, after)
        found = self._slots(free, minutes, wanted, last, count, one_a_day=one_a_day)
        if len(found) < count and one_a_day:
            found = self._slots(free, minutes, wanted, last, count)
        if len(found) < count and first < wanted:
            found += self._slots(free, minutes, first, last, count - len(found), until=wanted)
        return [self._slot(pk, *slot) for slot in found]

    def stretches(self, pk: int, minutes: int | None = None) -> list[FreeSlot]:
        """Return the free stretches, by start and station; with a length begun on the grid of steps and long enough."""
        free, terms = self._free[pk], self._free[pk].terms
        latest = terms.latest_start(self.now)
        found = []
        for station, intervals in free.stations.items():
            ahead = self._ahead(intervals, terms)
            if minutes is not None:
                fitting = bookable(ahead, minutes=minutes, step=terms.step_minutes)
                ahead = [one for one in fitting if one.start <= latest]
            found += [self._slot(pk, one, station) for one in ahead]
        return sorted(found, key=lambda slot: (slot.start, slot.station))

    def by_station(self, pk: int) -> Mapping[int, Sequence[Interval]]:
        """Return what is free on each station inside the window, whatever notice and horizon say: for its keepers."""
        return self._free[pk].stations

    def longest_part(self, pk: int, wish: Interval, station: int | None = None) -> FreeSlot | None:
        """Return the longest bookable part of a wished time, the earliest of equally long ones; None without any."""
        free, terms = self._free[pk], self._free[pk].terms
        parts = longest_parts(
            {
                number: clip(self._ahead(intervals, terms), wish)
                for number, intervals in free.stations.items()
                if station in {None, number}
            },
            latest=terms.latest_start(self.now),
            shortest=terms.shortest_minutes,
            longest=terms.longest_minutes,
            step=terms.step_minutes,
        )
        if not parts:
            return None
        return self._slot(pk, *min(parts, key=lambda found: (-found[0].length, found[0].start, found[1])))

    def _each(self, ask: Callable[[_FreeTime], T]) -> dict[int, T]:
        """Ask each different free time once; instruments that share it share the answer."""
        known: dict[_FreeTime, T] = {}
        for free in self._free.values():
            if free not in known:
                known[free] = ask(free)
        return {pk: known[free] for pk, free in self._free.items()}

    def _slots(
        self,
        free: _FreeTime,
        minutes: int,
        earliest: dt.datetime,
        latest: dt.datetime,
        count: int,
        *,
        one_a_day: bool = False,
        until: dt.datetime | None = None,
    ) -> list[tuple[Interval, int]]:
        """Return slots that begin in [earliest, latest] and end by `until`, with their stations."""
        stations = free.stations
        if until is not None:
            span = between(earliest, until)
            stations = {n: clip(rows, span[0]) if span else [] for n, rows in stations.items()}
        return next_free_slots(
            stations,
            earliest=earliest,
            latest=latest,
            minutes=minutes,
            step=free.terms.step_minutes,
            count=count,
            one_a_day=one_a_day,
        )

    def _ahead(self, intervals: Iterable[Interval], terms: BookingTerms) -> list[Interval]:
        rest = between(max(self.window.start, terms.earliest_start(self.now)), self.window.end)
        return clip(intervals, rest[0]) if rest else []

    def _slot(self, pk: int, time: Interval, station: int) -> FreeSlot:
        return FreeSlot(self._known[pk].code, time.start, time.end, station)


def availability_ahead(instrument: Instrument, now: dt.datetime | None = None) -> Availability | None:
    """Read the whole time in which one instrument can be booked, in two queries; None where it cannot at all."""
    return _of_one(instrument, now or timezone.now())


def free(
    instrument: Instrument, start: dt.datetime, end: dt.datetime, minutes: int | None = None
) -> list[FreeSlot]:
    """Return the free stretches of [start, end) that can be booked now, by start and station, in two queries.

    Notice, horizon, opening hours and the instrument's state count. With `minutes` a stretch begins on the grid of
    steps and takes a booking of that length.
    """
    known = _of_one(instrument, timezone.now(), start, end)
    return [] if known is None else known.stretches(instrument.pk, minutes)


def next_free(
    instrument: Instrument, minutes: int, after: dt.datetime, count: int = 3, *, one_a_day: bool = False
) -> list[FreeSlot]:
    """Return the next slots of one instrument as `Availability.next` does; two queries."""
    known = availability_ahead(instrument)
    return [] if known is None else known.next(instrument.pk, minutes, after, count, one_a_day=one_a_day)


def instruments_free_on(
    start: dt.datetime, end: dt.datetime, minutes: int | None = None, *, among: Collection[int] | None = None
) -> set[int]:
    """Return the keys of all instruments that take a booking of that length inside [start, end).

    Three queries, however many instruments there are. Without `minutes` the shortest booking of each counts. `among`
    narrows to these keys beforehand.
    """
    if not (is_convertible(start) and is_convertible(end)) or end <= start:
        return set()
    rows = Instrument.objects.all() if among is None else Instrument.objects.filter(pk__in=among)
    return Availability(rows, Interval(start, end), timezone.now()).takes(minutes)


def is_open_for_booking(instrument: Instrument) -> bool:
    """Tell whether the instrument takes bookings at all."""
    return instrument.state == InstrumentState.IN_SERVICE and instrument.unit.state == UnitState.ACTIVE


def _of_one(
    instrument: Instrument,
    now: dt.datetime,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
) -> Availability | None:
    """Read one instrument from its notice to its horizon, inside [start, end) where that is given."""
    if not is_open_for_booking(instrument):
        return None
    terms = terms_of(policy_of(instrument))
    first, last = terms.earliest_start(now), terms.latest_start(now) + terms.longest_minutes * _MINUTE
    window = between(first if start is None else max(start, first), last if end is None else min(end, last))
    return Availability([instrument], window[0], now) if window else None


def _given(instrument: Instrument) -> _Bookable:
    return _Bookable(
        instrument.pk,
        instrument.code,
        instrument.unit_id,
        instrument.sharing_mode,
        instrument.station_count,
        terms_of(policy_of(instrument)),
        is_open_for_booking(instrument),
    )


def _read(instruments: QuerySet[Instrument]) -> Iterator[_Bookable]:
    """Read those that take bookings, with the terms of each; one query."""
    rows = instruments.filter(state=InstrumentState.IN_SERVICE, unit__state=UnitState.ACTIVE).order_by()
    for pk, code, unit, mode, stations, *columns in rows.values_list(*_COLUMNS):
        yield _Bookable(pk, code, unit, mode, stations, terms_in(columns))


def _free_time(
    one: _Bookable, hours: Sequence[Interval], taken: Mapping[int, Sequence[Interval]]
) -> _FreeTime:
    opened = one.terms.without_nights(hours)

    def of_station(station: int) -> Sequence[Interval]:
        if not one.is_open:
            return ()
        if station not in taken:
            return opened
        return subtract(opened, [widened(held, one.terms.apart) for held in taken[station]])

    return _FreeTime(one.terms, opened, {n: of_station(n) for n in range(1, one.stations + 1)})
