"""Measures changes in process: four bookings as one, time that many wait for, a booking beside an open change."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from changes import Work, perform
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from instruments.waiting.actions.wishes import Wanted, wait_for_time, withdraw_wish
from members.models import Person

HALF_HOUR = dt.timedelta(minutes=30)
OPEN_SECONDS = 2.0
IN_A_TURN = 5
IN_LINE = 20
SAID = {"purpose_kind": "research", "purpose": "bench", "companion": ""}
FIRST_DAY, LAST_DAY = 19, 30


def places(count: int) -> list[Instrument]:
    """Instruments that are open around the clock and confirm at once, the least booked in those days first."""
    rows = Instrument.objects.filter(
        state=InstrumentState.IN_SERVICE,
        sharing_mode=SharingMode.EXTERNAL,
        policy__approval_required=False,
        policy__horizon_days__gte=30,
        policy__shortest_minutes__lte=30,
        policy__step_minutes__in=[15, 30],
    )
    always = [
        place
        for place in rows.prefetch_related("opening_periods").order_by("code")
        if sum((period.opens, period.closes) == (0, 1440) for period in place.opening_periods.all()) == 7
    ]
    held = Counter(_held(always).values_list("instrument", flat=True))
    always.sort(key=lambda place: (held[place.pk], place.code))
    if len(always) < count:
        raise SystemExit("The demo has too few instruments that are open around the clock.")
    return always[:count]


def _held(places: Collection[Instrument]) -> QuerySet[Booking]:
    return (
        Booking.objects.holding().filter(instrument__in=places).overlapping(_day(FIRST_DAY), _day(LAST_DAY))
    )


def free_half_hours(places: Collection[Instrument]) -> Iterator[dt.datetime]:
    """Half hours that are free on all of these, in order. Raises SystemExit where there are no more."""
    taken = list(_held(places).values_list("start", "end"))
    for n in range((LAST_DAY - FIRST_DAY) * 48):
        start = _day(FIRST_DAY) + HALF_HOUR * n
        if not any(start < until and start + HALF_HOUR > since for since, until in taken):
            yield start
    raise SystemExit("The demo has too little free time for the bench.")


def composite(person: Person, rounds: int) -> list[float]:
    """Time changes that book four instruments each, taken in an order that is not that of the locks."""
    chosen = list(reversed(places(4)))
    times, made, starts = [], [], free_half_hours(chosen)

    def four(work: Work, start: dt.datetime) -> list[Booking]:
        return [
            request_booking(work, place, start=start, end=start + HALF_HOUR, purpose="bench")
            for place in chosen
        ]

    for _turn in range(rounds):
        began = time.perf_counter()
        made += perform(person, four, next(starts))
        times.append(time.perf_counter() - began)
    _undo(person, made)
    return times


def waitlist_offer(person: Person, rounds: int) -> list[float]:
    """Time giving a slot back that others wait for: the first of them is judged and has the offer in that change."""
    (place,) = places(1)
    others = list(Person.objects.filter(is_active=True).exclude(pk=person.pk).order_by("pk")[:IN_LINE])
    times, starts = [], free_half_hours([place])
    for _turn in range(rounds):
        start = next(starts)
        wanted = Wanted(start=start, end=start + HALF_HOUR, minutes=30, said=SAID)
        booking = perform(person, request_booking, place, start=start, end=wanted.end, purpose="bench")
        line = [perform(other, wait_for_time, place, wanted) for other in others]
        began = time.perf_counter()
        perform(person, cancel_booking, booking, reason="bench")
        times.append(time.perf_counter() - began)
        # From the end of the line, so that nothing is passed on.
        for entry in reversed(line):
            perform(entry.person, withdraw_wish, entry)
    return times


def alone_and_beside(person: Person, turns: int) -> tuple[list[float], list[float]]:
    """Time bookings alone, and beside a change of another person and instrument that stays open for two seconds after
    its last write; turn about, so that whatever else the machine does is in both."""
    busy, free = places(2)
    other = Person.objects.get(email="manager@demo.example")
    slots, open_slots = free_half_hours([free]), free_half_hours([busy])
    alone: list[float] = []
    beside: list[float] = []
    made: list[Booking] = []

    def book(times: list[float]) -> None:
        start = next(slots)
        began = time.perf_counter()
        made.append(
            perform(person, request_booking, free, start=start, end=start + HALF_HOUR, purpose="bench")
        )
        times.append(time.perf_counter() - began)

    for _turn in range(turns):
        for _each in range(IN_A_TURN):
            book(alone)
        written, over = threading.Event(), threading.Event()
        start = next(open_slots)
        thread = threading.Thread(target=_stay_open, args=(other, busy, start, written, over))
        thread.start()
        if not written.wait(30):
            raise SystemExit("The change that was to stay open has not begun.")
        for _each in range(IN_A_TURN):
            if not over.is_set():
                book(beside)
        thread.join()
    _undo(person, made)
    _undo(other, list(Booking.objects.holding().filter(purpose="bench, open", person=other)))
    return alone, beside


def _stay_open(
    person: Person, place: Instrument, start: dt.datetime, written: threading.Event, over: threading.Event
) -> None:
    def lasting(work: Work) -> None:
        request_booking(work, place, start=start, end=start + HALF_HOUR, purpose="bench, open")
        written.set()
        time.sleep(OPEN_SECONDS)
        over.set()

    try:
        perform(person, lasting)
    finally:
        connection.close()


def _day(ahead: int) -> dt.datetime:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + dt.timedelta(days=ahead)


def _undo(person: Person, made: list[Booking]) -> None:
    for booking in made:
        perform(person, cancel_booking, booking, reason="bench")
