"""Queries room: what the desk of a custodian shows: the instruments, their day, and what waits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from instruments.booking.enums import HOLDING_STATES, WAITING_STATES, BookingKind, BookingState
from instruments.booking.models import Booking, open_requests
from instruments.booking.queries.bookings import bookings_to_keep, in_custody_of
from instruments.booking.rules.requests import is_overdue, state_at
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import openings_of
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.usage.models import UsageRecord
from members.models import Person

WIDE = 30
"""From so many kept instruments on, the board shows only those with something on the day."""

_DOWN = (InstrumentState.UNDER_REPAIR, InstrumentState.SUSPENDED)


MOST_UNCONFIRMED = 100
_NEAR_MINUTES = 240
"""So near minutes count."""

Row = TypeVar("Row", Booking, UsageRecord)

_GONE = (BookingState.DECLINED, BookingState.CANCELLED, BookingState.EXPIRED)
_FREED = (*_GONE, BookingState.NO_SHOW, BookingState.COMPETING)


@dataclass
class Gathered:
    """The bookings of a desk: what waits, who comes, should have left and has left today, and those of the shown day.

    `slots` counts what today holds. A series stands in `requests` once for each of its times.
    """

    requests: list[Booking] = field(default_factory=list)
    arriving: list[Booking] = field(default_factory=list)
    overdue: list[Booking] = field(default_factory=list)
    ended: list[Booking] = field(default_factory=list)
    slots: int = 0
    on_day: dict[int, list[Booking]] = field(default_factory=lambda: defaultdict(list))

    @property
    def decisions(self) -> list[list[Booking]]:
        """What is decided on together, soonest deadline first: a single booking, or what waits of a series."""
        together: dict[UUID, list[Booking]] = {}
        for booking in self.requests:
            together.setdefault(booking.series_id or booking.pk, []).append(booking)
        return [sorted(rows, key=lambda row: row.start) for rows in together.values()]


@dataclass(frozen=True)
class Wish:
    """A request with what the decision needs: its neighbours of the day and the person's past on the instrument.

    `rivals` are other requests for a part of its time. `series` are the requests that wait with it, itself first, and
    `version` is that of their series; empty and its own for one that stands alone.
    """

    booking: Booking
    neighbours: list[Booking]
    rivals: list[Booking]
    uses: int
    missed: int
    series: list[Booking]
    version: int

    @property
    def expires_at(self) -> dt.datetime | None:
        """Until when it has to be answered."""
        return min((row.expires_at for row in self.series if row.expires_at), default=self.booking.expires_at)

    def minutes_left(self, now: dt.datetime) -> int:
        """In how many minutes it runs out, in whole hours from four hours on; 0 where it just has."""
        until = self.expires_at
        left = 0 if until is None else max((until - now) // dt.timedelta(minutes=1), 0)
        return left - left % 60 if left >= _NEAR_MINUTES else left

    @property
    def price(self) -> Decimal:
        """What all of it costs, in yuan."""
        return sum((row.price for row in self.series), Decimal()) or self.booking.price

    @property
    def before(self) -> Booking | None:
        """The last neighbour that ends before the wished time."""
        ended = (n for n in self.neighbours if n.end <= self.booking.start)
        return max(ended, key=lambda n: n.end, default=None)

    @property
    def after(self) -> Booking | None:
        """The first neighbour that begins after the wished time."""
        return next((n for n in self.neighbours if n.start >= self.booking.end), None)


@dataclass(frozen=True)
class Around:
    """What stands around requests and overdue visits: bookings that hold time, and the versions of whole series."""

    held: list[Booking]
    versions: Mapping[UUID, int]


@dataclass(frozen=True)
class Records:
    """Records of visits that nobody ended, oldest first, and by booking those of the visits that ended today."""

    unconfirmed: list[UsageRecord]
    of_ended: Mapping[UUID, UsageRecord]


def kept(person: Person) -> list[Instrument]:
    """Return the instruments a person keeps that are not retired, by code, with unit and policy; one query."""
    rows = Instrument.objects.filter(in_custody_of(person)).exclude(state=InstrumentState.RETIRED)
    unused = ("search_text", "grams", "technical", "achievements", "description_zh", "description_en")
    return list(rows.select_related("unit__policy", "policy").defer(*unused).order_by("code"))


def is_down(instrument: Instrument) -> bool:
    """Tell whether an instrument is out of service for a time."""
    return instrument.state in _DOWN


def gather(person: Person, kept: Sequence[Instrument], day: dt.date, now: dt.datetime) -> Gathered:
    """Read all bookings that the desk shows of a local day and of what waits now, in one query.

    A request past its expiry is gone; one's own is decided by others.
    """
    midnight, tomorrow = _day_of(local_day(now))
    first, last = _day_of(day)
    rows = (
        bookings_to_keep(kept)
        .filter(
            open_requests(now)
            | Q(state=BookingState.IN_USE, end__lte=now)
            | Q(start__lt=tomorrow, end__gt=midnight)
            | Q(start__lt=last, end__gt=first)
        )
        .exclude(state__in=_GONE)
        .annotate(uses=_uses_before(BookingState.COMPLETED), missed=_uses_before(BookingState.NO_SHOW))
        .order_by("start", "instrument", "station", "id")
    )
    found = Gathered()
    for booking in _of(kept, rows):
        is_open = not is_overdue(booking.state, booking.expires_at, now)
        holds = is_open and booking.state != BookingState.COMPETING
        today = booking.start < tomorrow and booking.end > midnight
        if holds and booking.start < last and booking.end > first:
            found.on_day[booking.instrument_id].append(booking)
        found.slots += holds and today
        if booking.state in WAITING_STATES and is_open and booking.person_id != person.pk:
            found.requests.append(booking)
        if booking.kind != BookingKind.USE:
            continue
        if booking.state == BookingState.CONFIRMED and today and booking.end > now:
            found.arriving.append(booking)
        elif booking.state == BookingState.IN_USE and booking.end <= now:
            found.overdue.append(booking)
        elif booking.state == BookingState.COMPLETED and today:
            found.ended.append(booking)
    found.requests.sort(key=lambda booking: (booking.expires_at, booking.start, booking.pk))
    found.overdue.sort(key=lambda booking: booking.end)
    return found


def opened_on(pks: Collection[int], window: Interval) -> dict[int, list[Interval]]:
    """Return when many instruments are open inside the window, in one query."""
    found = openings_of(pks, window)
    return {pk: found[pk].intervals for pk in pks}


def around(asked: Sequence[Sequence[Booking]], overdue: Sequence[Booking], now: dt.datetime) -> Around:
    """Read what holds time on the days of requests and after overdue visits, and whole series; one query at most."""
    if not asked and not overdue:
        return Around([], {})
    near = Q(pk__in=[])
    for first, *_rest in asked:
        begins, ends = _days_of(first)
        near |= Q(instrument=first.instrument_id, start__lt=ends, end__gt=begins)
    if overdue:
        near |= Q(
            instrument__in={booking.instrument_id for booking in overdue},
            start__gte=min(booking.end for booking in overdue),
            start__lt=now + dt.timedelta(days=1),
            end__gt=now,
        )
    series = {first.series_id for first, *_rest in asked if first.series_id}
    rows = Booking.objects.filter(near & ~Q(state__in=_FREED) | Q(series__in=series))
    held, versions = [], defaultdict[UUID, int](int)
    for booking in rows.select_related("person").order_by("start", "station", "id"):
        if booking.series_id in series:
            versions[booking.series_id] += booking.version
        if state_at(booking.state, booking.expires_at, now) in HOLDING_STATES:
            held.append(booking)
    return Around(held, versions)


def wishes(asked: Sequence[Sequence[Booking]], near: Around, waiting: Iterable[Booking]) -> list[Wish]:
    """Give each decision of `gather` its neighbours, its rivals of all that wait, and the person's past there."""
    return [
        Wish(
            first,
            _neighbours(first, rows, near.held),
            _rivals(first, waiting),
            getattr(first, "uses", 0),
            getattr(first, "missed", 0),
            rows if first.series_id else [],
            near.versions[first.series_id] if first.series_id else first.version,
        )
        for first, rows in ((rows[0], list(rows)) for rows in asked)
    ]


def records(kept: Sequence[Instrument], ended: Sequence[Booking]) -> Records:
    """Read the records that a custodian has to confirm and those of the visits that have ended; one query."""
    rows = (
        UsageRecord.objects.current()
        .filter(
            Q(to_confirm=True, instrument__in=[instrument.pk for instrument in kept])
            | Q(booking__in=[booking.pk for booking in ended])
        )
        # What has ended comes first and is never cut off.
        .order_by("to_confirm", "end", "id")[: MOST_UNCONFIRMED + len(ended)]
    )
    found = _of(kept, rows)
    of_ended = {row.booking_id: row for row in found if row.booking_id is not None}
    return Records([row for row in found if row.to_confirm], of_ended)


def followers(overdue: Sequence[Booking], held: Sequence[Booking], now: dt.datetime) -> dict[UUID, Booking]:
    """Tell who holds the station next, within a day, after each visit that should have ended."""
    found: dict[UUID, Booking] = {}
    for later in held:
        for booking in overdue:
            same = (later.instrument_id, later.station) == (booking.instrument_id, booking.station)
            if same and booking.end <= later.start < now + dt.timedelta(days=1) and later.end > now:
                found.setdefault(booking.pk, later)
    return found


def _of(kept: Sequence[Instrument], rows: Iterable[Row]) -> list[Row]:
    """Give each row its instrument, which is at hand."""
    places = {instrument.pk: instrument for instrument in kept}
    found = list(rows)
    for row in found:
        row.instrument = places[row.instrument_id]
    return found


def _day_of(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    midnight = local_midnight(day)
    return midnight, midnight + dt.timedelta(days=1)


def _days_of(booking: Booking) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to when the local days of a booking last."""
    midnight, tomorrow = _day_of(local_day(booking.start))
    return midnight, max(tomorrow, booking.end)


def _neighbours(first: Booking, rows: Sequence[Booking], held: Sequence[Booking]) -> list[Booking]:
    begins, ends = _days_of(first)
    together = {row.pk for row in rows}
    return [
        other
        for other in held
        if other.instrument_id == first.instrument_id and other.pk not in together
        if other.start < ends and other.end > begins
    ]


def _rivals(first: Booking, waiting: Iterable[Booking]) -> list[Booking]:
    """Return who else asks for a part of that time on the instrument, soonest deadline first."""
    return [
        other
        for other in waiting
        if other.instrument_id == first.instrument_id and other.pk != first.pk
        if other.start < first.end and other.end > first.start
        if first.series_id is None or other.series_id != first.series_id
    ]


def _uses_before(state: str) -> Case:
    """Count the uses of a request's person on the instrument that ended in a state; nothing is counted for others."""
    same = {"person": OuterRef("person"), "instrument": OuterRef("instrument"), "kind": BookingKind.USE}
    rows = Booking.objects.filter(**same, state=state).order_by().values("person")
    times = Subquery(rows.annotate(times=Count("pk")).values("times"))
    return Case(When(state__in=WAITING_STATES, then=Coalesce(times, 0)))
