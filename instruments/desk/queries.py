"""Queries room: what the desk of a custodian shows: the instruments, their day, and what waits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Q

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking, open_requests, overdue_requests
from instruments.booking.queries.bookings import (
    bookings_on,
    bookings_to_keep,
    in_custody_of,
    requests_to_decide,
)
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

Row = TypeVar("Row", Booking, UsageRecord)


@dataclass(frozen=True)
class Counts:
    """How much waits and how much there is today, over all kept instruments."""

    to_decide: int
    to_check_in: int
    overdue: int
    ended: int
    slots: int


@dataclass(frozen=True)
class Wish:
    """A request with what the decision needs: its neighbours of the day and the person's past on the instrument."""

    booking: Booking
    neighbours: list[Booking]
    uses: int
    missed: int

    @property
    def before(self) -> Booking | None:
        """The last neighbour that ends before the wished time."""
        ended = (n for n in self.neighbours if n.end <= self.booking.start)
        return max(ended, key=lambda n: n.end, default=None)

    @property
    def after(self) -> Booking | None:
        """The first neighbour that begins after the wished time."""
        return next((n for n in self.neighbours if n.start >= self.booking.end), None)


@dataclass
class Visits:
    """Today's visits: who is to come, who should have left, who has left."""

    to_check_in: list[Booking] = field(default_factory=list)
    overdue: list[Booking] = field(default_factory=list)
    ended: list[Booking] = field(default_factory=list)


def kept(person: Person) -> list[Instrument]:
    """Return the instruments a person keeps that are not retired, by code, with unit and policy; one query."""
    rows = Instrument.objects.filter(in_custody_of(person)).exclude(state=InstrumentState.RETIRED)
    unused = ("search_text", "grams", "technical", "achievements", "description_zh", "description_en")
    return list(rows.select_related("unit", "policy").defer(*unused).order_by("code"))


def is_down(instrument: Instrument) -> bool:
    """Tell whether an instrument is out of service for a time."""
    return instrument.state in _DOWN


def counts(person: Person, kept: Sequence[Instrument], now: dt.datetime) -> Counts:
    """Count what waits and what today holds, in one query."""
    midnight, tomorrow = _day_of(now)
    today = Q(start__lt=tomorrow, end__gt=midnight)
    row = (
        bookings_to_keep(kept)
        # Nothing else is counted: history ends before today and is not read.
        .filter(Q(state__in=[BookingState.REQUESTED, BookingState.IN_USE]) | Q(end__gt=midnight))
        .order_by()
        .aggregate(
            to_decide=Count("pk", filter=open_requests(now) & ~Q(person=person)),
            to_check_in=Count("pk", filter=_arriving(now)),
            overdue=Count("pk", filter=_overdue(now)),
            ended=Count("pk", filter=_ended(now)),
            slots=Count("pk", filter=today & _shown(now)),
        )
    )
    return Counts(**row)


def day_bookings(kept: Sequence[Instrument], day: dt.date, now: dt.datetime) -> dict[int, list[Booking]]:
    """Return the bookings of a local day by instrument, also the missed ones; a request past its expiry is gone."""
    found: dict[int, list[Booking]] = defaultdict(list)
    for booking in _of(kept, bookings_on(kept, day).exclude(overdue_requests(now))):
        found[booking.instrument_id].append(booking)
    return found


def opened_on(pks: Collection[int], window: Interval) -> dict[int, list[Interval]]:
    """Return when many instruments are open inside the window, in one query."""
    found = openings_of(pks, window)
    return {pk: found[pk].intervals for pk in pks}


def wishes(person: Person, kept: Sequence[Instrument], now: dt.datetime, limit: int) -> list[Wish]:
    """Return the requests a person may decide, soonest expiry first, with neighbours and history; three queries."""
    asked = _of(kept, requests_to_decide(person, kept)[:limit])
    neighbours = _neighbours(asked, now)
    past = _past(asked)
    return [
        Wish(
            booking,
            neighbours[booking.pk],
            past[booking.person_id, booking.instrument_id, BookingState.COMPLETED],
            past[booking.person_id, booking.instrument_id, BookingState.NO_SHOW],
        )
        for booking in asked
    ]


def visits(kept: Sequence[Instrument], now: dt.datetime) -> Visits:
    """Return today's arrivals, overdue visits and ended ones, each by its clock; two queries."""
    found = Visits()
    rows = bookings_to_keep(kept).filter(_arriving(now) | _overdue(now) | _ended(now))
    for booking in _of(kept, rows.order_by("start", "id").prefetch_related("usage_records")):
        if booking.state == BookingState.CONFIRMED:
            found.to_check_in.append(booking)
        elif booking.state == BookingState.IN_USE:
            found.overdue.append(booking)
        else:
            found.ended.append(booking)
    found.overdue.sort(key=lambda booking: booking.end)
    return found


def unconfirmed(kept: Sequence[Instrument]) -> list[UsageRecord]:
    """Return the records of visits that nobody ended, for a custodian to confirm, oldest first; one query."""
    rows = UsageRecord.objects.current().filter(
        to_confirm=True, instrument__in=[instrument.pk for instrument in kept]
    )
    return _of(kept, rows.select_related("person").order_by("end", "id")[:MOST_UNCONFIRMED])


def followers(overdue: Sequence[Booking], now: dt.datetime) -> dict[UUID, Booking]:
    """Return who holds the station next, within a day, after each visit that should have ended; one query."""
    if not overdue:
        return {}
    rows = (
        Booking.objects.holding(now)
        .filter(
            instrument__in={booking.instrument_id for booking in overdue},
            start__gte=min(booking.end for booking in overdue),
            start__lt=now + dt.timedelta(days=1),
            end__gt=now,
        )
        .select_related("person")
        .order_by("start", "id")
    )
    found: dict[UUID, Booking] = {}
    for later in rows:
        for booking in overdue:
            same = (later.instrument_id, later.station) == (booking.instrument_id, booking.station)
            if same and later.start >= booking.end:
                found.setdefault(booking.pk, later)
    return found


def waiting_at(person: Person, kept: Sequence[Instrument], now: dt.datetime) -> set[int]:
    """Return the instruments where a request, an arrival or an overdue visit waits for the custodian; one query."""
    waits = (open_requests(now) & ~Q(person=person)) | _arriving(now) | _overdue(now)
    rows = bookings_to_keep(kept).filter(waits).order_by()
    return set(rows.values_list("instrument_id", flat=True))


def _of(kept: Sequence[Instrument], rows: Iterable[Row]) -> list[Row]:
    """Give each row its instrument, which is at hand."""
    places = {instrument.pk: instrument for instrument in kept}
    found = list(rows)
    for row in found:
        row.instrument = places[row.instrument_id]
    return found


def _day_of(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    midnight = local_midnight(local_day(now))
    return midnight, midnight + dt.timedelta(days=1)


def _arriving(now: dt.datetime) -> Q:
    return Q(kind=BookingKind.USE, state=BookingState.CONFIRMED, start__lt=_day_of(now)[1], end__gt=now)


def _overdue(now: dt.datetime) -> Q:
    return Q(kind=BookingKind.USE, state=BookingState.IN_USE, end__lte=now)


def _ended(now: dt.datetime) -> Q:
    midnight, tomorrow = _day_of(now)
    return Q(kind=BookingKind.USE, state=BookingState.COMPLETED, start__lt=tomorrow, end__gt=midnight)


def _shown(now: dt.datetime) -> Q:
    gone = [BookingState.DECLINED, BookingState.CANCELLED, BookingState.EXPIRED]
    return ~Q(state__in=gone) & ~overdue_requests(now)


def _neighbours(asked: Sequence[Booking], now: dt.datetime) -> dict[UUID, list[Booking]]:
    found: dict[UUID, list[Booking]] = {booking.pk: [] for booking in asked}
    if not asked:
        return found
    same_day = Q(pk__in=[])
    for booking in asked:
        midnight = local_midnight(local_day(booking.start))
        until = max(midnight + dt.timedelta(days=1), booking.end)
        same_day |= Q(instrument=booking.instrument_id, start__lt=until, end__gt=midnight)
    held = list(
        Booking.objects.holding(now).filter(same_day).select_related("person").order_by("start", "station")
    )
    for booking in asked:
        midnight = local_midnight(local_day(booking.start))
        until = max(midnight + dt.timedelta(days=1), booking.end)
        found[booking.pk] = [
            other
            for other in held
            if other.instrument_id == booking.instrument_id
            and other.pk != booking.pk
            and other.start < until
            and other.end > midnight
        ]
    return found


def _past(asked: Sequence[Booking]) -> defaultdict[tuple[int, int, str], int]:
    """Count ended and missed uses by person, instrument and state."""
    past: defaultdict[tuple[int, int, str], int] = defaultdict(int)
    if not asked:
        return past
    rows = (
        Booking.objects.filter(
            person__in={booking.person_id for booking in asked},
            instrument__in={booking.instrument_id for booking in asked},
            kind=BookingKind.USE,
            state__in=[BookingState.COMPLETED, BookingState.NO_SHOW],
        )
        .order_by()
        .values_list("person_id", "instrument_id", "state")
        .annotate(times=Count("pk"))
    )
    for person, instrument, state, times in rows:
        past[person, instrument, state] = times
    return past
