"""Whatever people do in whatever order, what must be true stays true: bookings, series, sets, wait lists, upkeep.

A machine draws people, times and acts, lets time pass, and looks after every step at what the tables hold. The answers
of the rules are not foreseen here: an act may be refused, and then nothing has changed.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from typing import ClassVar

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from audit.models import Entry
from changes import perform
from changes.errors import Refusal
from instruments.availability.queries import keeping
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.offers import let_offer_go, take_offer
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.series import cancel_series, request_series
from instruments.booking.actions.sweeps import (
    end_forgotten_visits,
    expire_requests,
    finish_maintenance,
    mark_no_shows,
)
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.models import Booking, BookingStep
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.bundles.actions.bundles import WantedPart, cancel_bundle, request_bundle
from instruments.bundles.models import BookingBundle
from instruments.terms.actions.terms import add_exception
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.actions.breakdowns import stop_instrument
from instruments.upkeep.actions.faults import end_fault
from instruments.upkeep.actions.hits import hit_key
from instruments.upkeep.models import Fault
from instruments.waiting.actions.sweeps import end_wishes, offer_waiting
from instruments.waiting.actions.wishes import Wanted, wait_for_time, withdraw_wish
from instruments.waiting.models import WaitEntry
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.flows.walk_checks import HOLDING, MustBeTrue
from tests.instruments.moments import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("every walk")]
WALKS, STEPS = int(os.environ.get("WALKS", "15")), 50
HALF = dt.timedelta(minutes=30)
people, places = st.integers(0, 2), st.integers(0, 3)
slots, lengths = st.integers(0, 20), st.integers(1, 4)
which = st.integers(0, 1000)


ACTS = {
    action.__name__
    for action in (
        request_booking, request_series, request_bundle, wait_for_time, withdraw_wish, approve_booking, decline_booking,
        take_offer, let_offer_go, cancel_booking, cancel_series, cancel_bundle, move_booking, check_in, check_out,
        book_maintenance, stop_instrument, end_fault, add_exception,
    )
}  # fmt: skip
OFTEN = {
    action.__name__
    for action in (
        request_booking,
        request_series,
        request_bundle,
        cancel_booking,
        move_booking,
        book_maintenance,
    )
}


class Walk(MustBeTrue, RuleBasedStateMachine):
    """Four instruments, three researchers and a steward, from Monday morning on."""

    done: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()
    """How often each action went through, and was refused, in all walks."""

    @initialize()
    def begin(self) -> None:
        """Make the world of this walk; its savepoint is undone at the end."""
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = (
            True  # changes may begin a transaction of their own in it, as in any test
        )
        self.atomic.__enter__()
        self.clock = time_machine.travel(NOW, tick=False)
        self.traveller = self.clock.start()
        keeping.forget()
        self.places = [
            make_instrument(policy={"cancel_cutoff_minutes": 60, "own_gap_minutes": 30}),
            make_instrument(station_count=2, policy={"approval_required": True, "request_expiry_hours": 6}),
            make_instrument(workdays=(8, 20), policy={"buffer_after_minutes": 30, "most_open": 3}),
            make_instrument(policy={"approval_required": True, "requests_hold_hours": 1}),
        ]
        self.people = [PersonFactory() for _number in range(3)]
        self.stewards = [make_steward(place) for place in self.places]
        keeping.current(self.now)

    def teardown(self) -> None:
        """Undo all of it."""
        if hasattr(self, "atomic"):
            self.clock.stop()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            keeping.forget()

    @property
    def now(self) -> dt.datetime:
        """The moment of this step."""
        return dt.datetime.now(dt.UTC)

    def time(self, slot: int, length: int) -> Interval:
        """So many half hours from the next full hour on: today until the day after tomorrow, then each second hour."""
        base = self.now.replace(minute=0, second=0, microsecond=0) + 2 * HALF
        start = base + slot * 2 * HALF
        return Interval(start, start + length * HALF)

    def act(self, actor, action, *args, **said):
        """Do it; where it is refused nothing has changed but the record of refused rights."""
        before = self.ledger()
        try:
            perform(actor, action, *args, **said)
        except Refusal:
            assert self.ledger() == before
            self.refused[action.__name__] += 1
        else:
            self.done[action.__name__] += 1

    @staticmethod
    def ledger():
        """What a refusal must leave as it is."""
        return (
            sorted(Booking.objects.values_list("pk", "state", "version", "start", "end")),
            BookingStep.objects.count(),
            BookingBundle.objects.count(),
            sorted(WaitEntry.objects.values_list("pk", "state", "version")),
            Notice.objects.count(),
            Entry.objects.exclude(verb__endswith=".refused").count(),
        )

    def one(self, number, *states, kind="use"):
        """One of the bookings in these states, None where there is none."""
        rows = list(Booking.objects.filter(state__in=states, kind=kind).order_by("start", "station", "pk"))
        return rows[number % len(rows)] if rows else None

    def keeper(self, row):
        """Who keeps the instrument of a booking or a fault."""
        return self.stewards[[place.pk for place in self.places].index(row.instrument_id)]

    @rule(person=people, place=places, slot=slots, length=lengths)
    def book(self, person, place, slot, length):
        time = self.time(slot, length)
        self.act(
            self.people[person],
            request_booking,
            self.places[place],
            start=time.start,
            end=time.end,
            purpose="x",
        )

    @rule(person=people, place=places, slot=slots, length=lengths, leave_out=st.booleans())
    def book_series(self, person, place, slot, length, leave_out):
        code = rule_of("daily", 3)
        times = occurrences(self.time(slot, length), code)
        said = {"purpose": "x"}
        self.act(
            self.people[person],
            request_series,
            self.places[place],
            times,
            rule=code,
            said=said,
            leave_out=leave_out,
        )

    @rule(
        person=people,
        slot=slots,
        lost=st.sampled_from(["keep", "later", "all"]),
        order=st.permutations(range(4)),
    )
    def book_set(self, person, slot, lost, order):
        parts = [
            WantedPart(step, self.places[place], self.time(slot + 3 * step, 2))
            for step, place in enumerate(order[:3], 1)
        ]
        self.act(self.people[person], request_bundle, parts, when_lost=lost, said={"purpose": "x"})

    @rule(person=people, number=which, wide=st.booleans(), freed=st.booleans())
    def wait(self, person, number, wide, freed):
        held = self.one(number, "requested", "confirmed")
        if held is None:
            return
        wanted = Wanted(
            start=held.start,
            end=held.end + 12 * HALF * wide,
            minutes=(held.end - held.start) // dt.timedelta(minutes=1),
            any_hour=True,
            said={"purpose": "x", "purpose_kind": "research", "companion": ""},
        )
        self.act(self.people[person], wait_for_time, held.instrument, wanted)
        if freed:
            self.act(self.keeper(held), cancel_booking, held)

    @rule(number=which)
    def withdraw(self, number):
        rows = list(WaitEntry.objects.filter(state__in=["waiting", "offered"]).order_by("pk"))
        if rows:
            entry = rows[number % len(rows)]
            self.act(entry.person, withdraw_wish, entry)

    @rule(number=which, yes=st.booleans())
    def decide(self, number, yes):
        booking = self.one(number, "requested", "competing")
        if booking:
            if yes:
                self.act(self.keeper(booking), approve_booking, booking)
            else:
                self.act(self.keeper(booking), decline_booking, booking, reason="x")

    @precondition(lambda self: self.one(0, "offered"))
    @rule(number=which, yes=st.booleans())
    def answer(self, number, yes):
        booking = self.one(number, "offered")
        self.act(booking.person, take_offer if yes else let_offer_go, booking)

    @rule(number=which, by_keeper=st.booleans(), rest=st.booleans())
    def cancel(self, number, by_keeper, rest):
        booking = self.one(number, "requested", "competing", "confirmed")
        if booking is None:
            return
        actor = self.keeper(booking) if by_keeper else booking.person
        if rest and booking.series is not None:
            self.act(actor, cancel_series, booking)
        else:
            self.act(actor, cancel_booking, booking)

    @rule(number=which)
    def cancel_set(self, number):
        rows = list(BookingBundle.objects.order_by("created_at", "pk"))
        if rows:
            bundle = rows[number % len(rows)]
            self.act(bundle.person, cancel_bundle, bundle)

    @rule(number=which, slot=slots, length=lengths, by_keeper=st.booleans())
    def move(self, number, slot, length, by_keeper):
        booking, time = self.one(number, "requested", "competing", "confirmed"), self.time(slot, length)
        if booking:
            actor = self.keeper(booking) if by_keeper else booking.person
            self.act(actor, move_booking, booking, start=time.start, end=time.end)

    @rule()
    def come(self):
        booking = self.one(0, "confirmed")
        if booking and booking.start < NOW + dt.timedelta(days=5):
            # The first visit begins; whoever sleeps until then has missed nothing else.
            if booking.start > self.now:
                self.traveller.move_to(booking.start)
            self.act(booking.person, check_in, booking)

    @rule(number=which)
    def leave(self, number):
        booking = self.one(number, "in_use")
        if booking:
            self.act(booking.person, check_out, booking)

    @rule(place=places, slot=slots, length=lengths)
    def upkeep(self, place, slot, length):
        time = self.time(slot, length)
        self.act(
            self.stewards[place],
            book_maintenance,
            self.places[place],
            start=time.start,
            end=time.end,
            reason="x",
        )

    @rule(place=places, slot=slots, length=lengths, choice=st.sampled_from(["keep", "offer", "cancel"]))
    def break_down(self, place, slot, length, choice):
        time, broken = self.time(slot, length), self.places[place]
        hits = Booking.objects.filter(
            instrument=broken, kind="use", state__in=HOLDING[:2], end__gt=time.start
        )
        self.act(
            self.stewards[place],
            stop_instrument,
            broken,
            words="x",
            severity="out",
            start=time.start,
            end=time.end,
            choices={hit_key(hit): choice for hit in hits.filter(start__lt=time.end)},
        )

    @rule(number=which)
    def repair(self, number):
        faults = list(Fault.objects.standing())
        if faults:
            fault = faults[number % len(faults)]
            self.act(self.keeper(fault), end_fault, fault, repaired=True, outcome="x")

    @rule(place=places, slot=slots, length=lengths)
    def shut(self, place, slot, length):
        time = self.time(slot, length)
        self.act(
            self.stewards[place],
            add_exception,
            self.places[place],
            start=time.start,
            end=time.end,
            is_open=False,
            reason="",
        )

    @rule(steps=st.integers(1, 12), sweeps=st.booleans())
    @precondition(lambda self: self.now < NOW + dt.timedelta(days=4))
    def pass_time(self, steps, sweeps):
        self.traveller.shift(steps * HALF)
        if sweeps:
            now = self.now
            for sweep in (
                expire_requests,
                mark_no_shows,
                finish_maintenance,
                end_forgotten_visits,
                end_wishes,
            ):
                sweep(now)
            offer_waiting(now)


@pytest.mark.usefixtures("kept_index")
def test_every_walk_keeps_what_must_be_true():
    """So many walks of fifty steps; `WALKS` asks for more."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # No act is there for show; what is rare goes through in as many walks as are asked for before a release.
    assert (ACTS if WALKS >= 200 else OFTEN) - Walk.done.keys() == set(), Walk.done
    assert Walk.refused["request_booking"]
