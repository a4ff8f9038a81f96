"""What a person has to do and what is coming."""

from __future__ import annotations

import datetime as dt
from calendar import Calendar
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import prefetch_related_objects

from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import own_bookings, with_instrument
from instruments.booking.queries.shut import Shut, shut_among
from instruments.terms.rules.hours import local_day, local_midnight
from members.models import Person

OPEN = (*WAITING_STATES, BookingState.CONFIRMED, BookingState.IN_USE)
HELD = (*OPEN, BookingState.OFFERED)


@dataclass(frozen=True)
class ToDo:
    """One thing that waits for the person: a kind the page words, the booking, when it runs out; why, if `shut`."""

    kind: str
    booking: Booking
    deadline: dt.datetime
    shut: Shut | None = None


@dataclass(frozen=True)
class AgendaDay:
    """The bookings that begin on one local day."""

    day: dt.date
    bookings: list[Booking]


@dataclass(frozen=True)
class Agenda:
    """A person's own bookings: what waits for an act, what is coming, what is over.

    `shut` says by key which coming uses meet a shut instrument, and why.
    """

    todos: list[ToDo]
    coming: list[Booking]
    past: list[Booking]
    shut: dict[UUID, Shut]

    @property
    def days(self) -> list[AgendaDay]:
        """The coming bookings by day."""
        by_day = groupby(self.coming, key=lambda booking: local_day(booking.start))
        return [AgendaDay(day, list(bookings)) for day, bookings in by_day]


@dataclass(frozen=True)
class MonthDay:
    """One local day of a month's sheet: whether it is of that month, and the bookings that begin on it."""

    day: dt.date
    is_inside: bool
    bookings: list[Booking]


def month(person: Person, first: dt.date) -> list[list[MonthDay]]:
    """Return the weeks, Monday first, that hold a month, with the person's bookings but those given up; two queries."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    begins, ends = local_midnight(weeks[0][0]), local_midnight(weeks[-1][-1] + dt.timedelta(days=1))
    gone = [BookingState.DECLINED, BookingState.CANCELLED, BookingState.EXPIRED]
    rows = own_bookings(person).filter(start__gte=begins, start__lt=ends, is_offer=False)
    rows = rows.exclude(state__in=gone)
    by_day: dict[dt.date, list[Booking]] = {}
    for booking in rows.order_by("start", "id").prefetch_related(with_instrument()):
        by_day.setdefault(local_day(booking.start), []).append(booking)
    return [[MonthDay(day, day.month == first.month, by_day.get(day, [])) for day in week] for week in weeks]


def agenda(person: Person, now: dt.datetime) -> Agenda:
    """Gather the person's page in four queries.

    A visit that runs over, or may begin now, is a to-do; so is a use at whose time the instrument is shut, and time
    that is offered to the person, which is no booking before it is taken.
    """
    own = own_bookings(person)
    held = list(own.filter(state__in=HELD, end__gt=now - dt.timedelta(days=2)).order_by("start", "id")[:100])
    past = list(own.filter(is_offer=False).exclude(state__in=OPEN)[:20])
    prefetch_related_objects([*held, *past], with_instrument())
    for booking in held:
        booking.person = person
    coming = [booking for booking in held if not booking.is_offer]
    todos = [
        ToDo("offer", booking, booking.expires_at)
        for booking in held
        if booking.is_offer and booking.expires_at is not None and booking.expires_at > now
    ]
    uses = [row for row in coming if row.kind == BookingKind.USE and row.state != BookingState.IN_USE]
    shut = shut_among(uses)
    for booking in coming:
        if (why := shut.get(booking.pk)) is not None and booking.start > now:
            todos.append(ToDo("shut", booking, booking.start, why))
            continue
        policy = booking.instrument.policy
        opens = booking.start - dt.timedelta(minutes=policy.check_in_early_minutes)
        released = min(booking.start + dt.timedelta(minutes=policy.no_show_minutes), booking.end)
        if booking.state == BookingState.IN_USE and booking.end <= now:
            todos.append(ToDo("check_out", booking, booking.end))
        elif booking.state == BookingState.CONFIRMED and opens <= now < booking.end:
            todos.append(ToDo("check_in", booking, released))
    return Agenda(sorted(todos, key=lambda todo: todo.deadline), coming, past, shut)
