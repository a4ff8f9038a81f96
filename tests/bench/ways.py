"""Measures ways of booking in process: a set, a series, a move, a unit's week and calendar; each with its queries."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.booking.queries.series import judged_series
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.bundles.queries.chains import WantedStep, propose
from instruments.calendars.actions import make_feed
from instruments.calendars.enums import FeedKind
from instruments.calendars.permissions import Followed
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from members.models import MemberUnit, Person
from tests.bench.changes import HALF_HOUR, free_half_hours, places
from tests.bench.pages import UNIT
from webapi.tokens import issue

MOST = 60
STEPS, OPTIONS = 4, 6


def measured(rounds: int) -> dict[str, tuple[list[float], int]]:
    """Time each way so many times; return seconds and the queries of one, by name."""
    person = Person.objects.get(email="researcher@demo.example")
    rounds = min(rounds, MOST)
    found = {
        "find_recipe": _asked(_recipe(person), rounds),
        "series_preview_52": _asked(_series(person), rounds),
        "week_all_of_a_unit": _asked(_week(), rounds),
        "ics_feed": _asked(_feed(), rounds),
    }
    return found | {"booking_move": _moves(person, rounds)}


def _asked(ask: Callable[[], object], rounds: int) -> tuple[list[float], int]:
    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    counted, times = len(captured), []  # the next request forgets them
    for _turn in range(rounds):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return times, counted


def _recipe(person: Person) -> Callable[[], object]:
    """Four steps in order, each on one of six instruments of any unit, a night between the second and the third."""
    rows = Instrument.objects.public().filter(state="in_service", unit__state="active")
    chosen = list(rows.select_related("unit__policy", "policy").order_by("code")[: STEPS * OPTIONS])
    steps = [
        WantedStep(chosen[n::STEPS], 1, 120, least_pause=720 if n == STEPS // 2 else 0) for n in range(STEPS)
    ]
    today = timezone.localdate()
    return lambda: propose(steps, person, (today, today + dt.timedelta(days=13)), timezone.now())


def _series(person: Person) -> Callable[[], object]:
    """Fifty-two weeks of one instrument, most of them beyond its horizon: judged all the same."""
    place = places(1)[0]
    start = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=7)
    times = occurrences(Interval(start, start + HALF_HOUR), rule_of("weekly", 52))
    return lambda: judged_series(place, person, times, timezone.now())


def _week() -> Callable[[], object]:
    """Every booking of one unit in one week, as the interface gives them to its manager, page after page."""
    manager = Person.objects.get(email="manager@demo.example")
    token, _row = perform(manager, issue, manager, name="bench-week", scopes=["read"], days=1)
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {token}"})
    monday = timezone.localdate() - dt.timedelta(days=timezone.localdate().weekday())
    first = f"/api/v1/bookings/?start={monday}T00:00:00Z&end={monday + dt.timedelta(days=7)}T00:00:00Z"

    def ask() -> None:
        page: str | None = f"{first}&page_size=100"
        while page:
            answer = client.get(page)
            if answer.status_code != 200:
                raise SystemExit(f"{page} answered {answer.status_code}")
            page = answer.json()["next"]

    return ask


def _feed() -> Callable[[], object]:
    """The calendar of a unit, made anew for each fetch."""
    manager = Person.objects.get(email="manager@demo.example")
    unit = MemberUnit.objects.get(code=UNIT)
    secret = perform(manager, make_feed, Followed(FeedKind.UNIT, unit))
    client, address = Client(SERVER_NAME="127.0.0.1"), reverse("instruments:calendar_feed", args=[secret])

    def ask() -> None:
        if client.get(address).status_code != 200:
            raise SystemExit("The calendar was refused.")

    return ask


def _moves(person: Person, rounds: int) -> tuple[list[float], int]:
    """Move one booking to one free half hour after the other."""
    place = places(1)[0]
    slots = free_half_hours([place])

    def book_or_move(booking: Booking | None) -> Booking:
        start = next(slots)
        wish = {"start": start, "end": start + HALF_HOUR}
        if booking is None:
            return perform(person, request_booking, place, purpose="bench", **wish)
        perform(person, move_booking, booking, **wish)
        booking.refresh_from_db()
        return booking

    booking = book_or_move(book_or_move(None))
    with CaptureQueriesContext(connection) as captured:
        book_or_move(booking)
    times = []
    for _turn in range(rounds):
        began = time.perf_counter()
        book_or_move(booking)
        times.append(time.perf_counter() - began)
    perform(person, cancel_booking, booking, reason="bench")
    return times, len(captured)
