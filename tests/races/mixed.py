"""Composite work for a while: what one process does, and the account it gives of all that it was told is done."""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections import Counter
from decimal import Decimal

from django.db import IntegrityError, OperationalError, connection

from changes import Work, perform, runner
from changes.errors import Refusal, Restart
from changes.work import Work as Runs
from evaluations.entries.actions import report_value
from evaluations.rounds.models import Round
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Person, UnitRole

HALF_HOUR = dt.timedelta(minutes=30)
SECONDS = float(os.environ.get("RACE_SECONDS", "4"))
SLOTS = 400
FORM, ONE_IN_FIFTY = 100, 0.02
PLACES = Decimal("0.0001")
"""Those of the column, so that what was said and what stands there read the same."""


class Worker:
    """One process: its person, its own bookings, and what it was told is done."""

    def __init__(self, me: int, person: Person, start: dt.datetime) -> None:
        self.random = random.Random(me)
        self.me, self.person, self.start = me, person, start
        places = Instrument.objects.select_related("unit__policy", "policy").order_by("pk")
        self.free = list(places.filter(policy__approval_required=False))
        self.asked = list(places.filter(policy__approval_required=True))
        self.round = Round.objects.get()
        self.units = list(MemberUnit.objects.filter(code__in=["AAA", "BBB", "CCC"]))
        self.officer = Person.objects.get(network_roles__kind="officer")
        self.steward = UnitRole.objects.get(kind="steward").person
        self.mine: dict[str, tuple[int, str]] = {}
        self.moves: Counter[str] = Counter()
        self.approved: list[str] = []
        self.told: Counter[str] = Counter()
        self.raw: list[str] = []
        self.written = 0

    def slot(self) -> dt.datetime:
        """Some half hour of the days ahead."""
        return self.start + HALF_HOUR * self.random.randrange(SLOTS)

    def booked(self, booking: Booking) -> None:
        """Keep where a booking of one's own stands."""
        self.mine[str(booking.pk)] = (booking.instrument_id, booking.start.isoformat())

    def two(self) -> None:
        """Book two instruments as one change; every process has another order."""
        places, start = self.random.sample(self.free, 2), self.slot()
        for booking in perform(self.person, self._request, places, start):
            self.booked(booking)

    def _request(self, work: Work, places: list[Instrument], start: dt.datetime) -> list[Booking]:
        return [
            request_booking(work, place, start=start, end=start + HALF_HOUR, purpose="race")
            for place in places
        ]

    def ask(self) -> None:
        """Ask for time that somebody must grant."""
        for booking in perform(self.person, self._request, [self.random.choice(self.asked)], self.slot()):
            self.booked(booking)

    def move(self) -> None:
        """Move a booking of one's own to another instrument or time."""
        booking = self._one(Booking.objects.filter(pk__in=list(self.mine), instrument__in=self.free))
        if booking is None:
            return
        start = self.slot()
        moved = perform(
            self.person,
            move_booking,
            booking,
            start=start,
            end=start + HALF_HOUR,
            instrument=self.random.choice(self.free),
        )
        if str(moved.pk) in self.mine and (moved.version != booking.version):
            self.moves[str(moved.pk)] += 1
        self.booked(moved)

    def approve(self) -> None:
        """Grant what somebody asked for, and book upkeep of another instrument's time in the same change."""
        booking = self._one(Booking.objects.filter(state="requested"))
        if booking is None:
            return
        place, start = self.random.choice(self.free), self.slot()

        def both(work: Work) -> list[Booking]:
            made = self._request(work.by(self.person), [place], start)
            approve_booking(work, booking)
            return made

        for made in perform(self.steward, both):
            self.booked(made)
        self.approved.append(str(booking.pk))

    def form(self) -> None:
        """Report a hundred values as one change, each another number than ever before."""
        first = self.me * 1_000_000 + self.written

        def hundred(work: Work) -> None:
            for number in range(FORM):
                unit = self.units[number % len(self.units)]
                report_value(work, self.round, unit, "tasks", Decimal(first + number).quantize(PLACES))

        perform(self.officer, hundred)
        self.written += FORM

    def _one(self, rows) -> Booking | None:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:200])
        whole = Booking.objects.select_related("instrument__unit__policy", "instrument__policy", "person")
        return whole.get(pk=self.random.choice(keys)) if keys else None

    def run(self) -> None:
        """Work until the time is over; our own refusals are counted, anything else that reaches us is a fault."""
        ways = [self.two, self.ask, self.move, self.approve]
        first = [self.form] if self.me == 0 else []
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            way = self.form if self.random.random() < ONE_IN_FIFTY else self.random.choice(ways)
            try:
                (first.pop() if first else way)()
                self.told["done"] += 1
            except Refusal as refusal:
                self.told[type(refusal).__name__] += 1
            except (IntegrityError, OperationalError) as error:
                self.raw.append(f"{type(error).__name__} {str(error)[:120]}")


def mixed(me: int, actor: Person, _instrument: Instrument, start: dt.datetime, _booking) -> dict:
    """Do composite work for `RACE_SECONDS` and account for it."""
    worker = Worker(me, actor, start)
    restarts = _count_restarts()
    worker.run()
    return {
        "fate": "worked",
        "mine": worker.mine,
        "moves": worker.moves,
        "approved": worker.approved,
        "written": worker.written,
        "told": worker.told,
        "raw": worker.raw,
        "restarts": restarts["taken"],
    }


def _count_restarts() -> Counter[str]:
    taken: Counter[str] = Counter()
    take = runner.locking.take

    def counted(keys) -> None:
        taken["taken"] += 1
        take(keys)

    runner.locking.take = counted
    return taken


def forget_the_order() -> None:
    """Take the guard away: locks are taken as actions ask for them, and a deadlock is not tried again."""
    runner.MOST_RETRIES = 0
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.transaction_mode = (
            None  # BEGIN as SQLite has it: the first write of a reader may come too late
        )
        return
    lock = Runs.lock

    def unordered(self, rows, pks, *, skip_locked=False):
        try:
            return lock(self, rows, pks, skip_locked=skip_locked)
        except Restart:
            held, self.change.held = self.change.held, []
            try:
                return lock(self, rows, pks, skip_locked=skip_locked)
            finally:
                self.change.held = [*held, *self.change.held]

    Runs.lock = unordered
