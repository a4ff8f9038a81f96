"""What a person has to do and what is coming."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from instruments.enums import BookingKind, BookingState
from instruments.models import Booking
from members.models import Person

OPEN = (BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.IN_USE)


@dataclass(frozen=True)
class ToDo:
    """One thing that waits for the person: a kind the page words, the booking, and when it runs out."""

    kind: str
    booking: Booking
    deadline: dt.datetime


@dataclass(frozen=True)
class Agenda:
    """A person's own bookings: what waits for an act, what is coming, what is over."""

    todos: list[ToDo]
    coming: list[Booking]
    past: list[Booking]


def own_bookings(person: Person) -> QuerySet[Booking]:
    """Return the person's own uses with everything a row shows."""
    return Booking.objects.filter(person=person, kind=BookingKind.USE).select_related(
        "instrument", "instrument__unit", "instrument__instrument_class", "instrument__policy"
    )


def agenda(person: Person, now: dt.datetime) -> Agenda:
    """Gather the person's page in two queries. A visit that runs over, or may begin now, is a to-do."""
    coming = list(
        own_bookings(person)
        .filter(state__in=OPEN, end__gt=now - dt.timedelta(days=2))
        .order_by("start")[:100]
    )
    past = list(own_bookings(person).exclude(state__in=OPEN).order_by("-start")[:20])
    todos: list[ToDo] = []
    for booking in coming:
        opens = booking.start - dt.timedelta(minutes=booking.instrument.policy.check_in_early_minutes)
        if booking.state == BookingState.IN_USE and booking.end <= now:
            todos.append(ToDo("check_out", booking, booking.end))
        elif booking.state == BookingState.CONFIRMED and opens <= now < booking.end:
            todos.append(ToDo("check_in", booking, booking.start))
    return Agenda(sorted(todos, key=lambda todo: todo.deadline), coming, past)
