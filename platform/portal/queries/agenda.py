"""What a person has to do and what is coming."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import own_bookings
from instruments.terms.rules.hours import local_day
from members.models import Person

OPEN = (BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.IN_USE)


@dataclass(frozen=True)
class ToDo:
    """One thing that waits for the person: a kind the page words, the booking, and when it runs out."""

    kind: str
    booking: Booking
    deadline: dt.datetime


@dataclass(frozen=True)
class AgendaDay:
    """The bookings that begin on one local day."""

    day: dt.date
    bookings: list[Booking]


@dataclass(frozen=True)
class Agenda:
    """A person's own bookings: what waits for an act, what is coming, what is over."""

    todos: list[ToDo]
    coming: list[Booking]
    past: list[Booking]

    @property
    def days(self) -> list[AgendaDay]:
        """The coming bookings by day."""
        by_day = groupby(self.coming, key=lambda booking: local_day(booking.start))
        return [AgendaDay(day, list(bookings)) for day, bookings in by_day]


def agenda(person: Person, now: dt.datetime) -> Agenda:
    """Gather the person's page in two queries. A visit that runs over, or may begin now, is a to-do."""
    own = own_bookings(person)
    coming = list(
        own.filter(state__in=OPEN, end__gt=now - dt.timedelta(days=2)).order_by("start", "id")[:100]
    )
    past = list(own.exclude(state__in=OPEN)[:20])
    todos: list[ToDo] = []
    for booking in coming:
        policy = booking.instrument.policy
        opens = booking.start - dt.timedelta(minutes=policy.check_in_early_minutes)
        released = min(booking.start + dt.timedelta(minutes=policy.no_show_minutes), booking.end)
        if booking.state == BookingState.IN_USE and booking.end <= now:
            todos.append(ToDo("check_out", booking, booking.end))
        elif booking.state == BookingState.CONFIRMED and opens <= now < booking.end:
            todos.append(ToDo("check_in", booking, released))
    return Agenda(sorted(todos, key=lambda todo: todo.deadline), coming, past)
