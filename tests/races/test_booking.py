"""32 processes want one slot: exactly one gets it, the others a clean refusal; without the guards more do."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from audit.sealing import seal_all
from audit.verifying import first_fault
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.terms.models import OpeningException
from instruments.terms.rules.hours import local_midnight
from notices.models import Notice
from safeguards.triggers import install
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory
from tests.races.conftest import WIDTH
from tests.races.plans import drop_guard

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def slots():
    """Slots of half an hour ten days ahead, one hour apart."""
    midnight = local_midnight(timezone.localdate() + dt.timedelta(days=10))
    return [midnight + dt.timedelta(hours=9 + n) for n in range(8)]


def count(fates: list[dict]) -> dict[str, int]:
    """How many had which fate."""
    return dict(Counter(fate["fate"] for fate in fates))


def overlaps() -> int:
    """Pairs of bookings that hold the same time, counted without the guard's help."""
    rows = list(Booking.objects.holding().values_list("instrument", "station", "start", "end"))
    return sum(
        a[:2] == b[:2] and a[2] < b[3] and b[2] < a[3] for n, a in enumerate(rows) for b in rows[n + 1 :]
    )


@pytest.fixture
def people():
    """Four who may book."""
    return [PersonFactory(), PersonFactory(), EnterprisePersonFactory(), EnterprisePersonFactory()]


def test_create(race, slots, people):
    """Eight rounds: one winner, 31 losers who learn the clash and three free slots."""
    instrument = make_instrument()
    for fates in race("create", instrument, people, slots):
        assert count(fates) == {"won": 1, "SlotTaken": WIDTH - 1}
        losers = [f for f in fates if f["fate"] == "SlotTaken"]
        assert {(f["conflicts"], f["alternatives"]) for f in losers} == {(1, 3)}
    assert Booking.objects.count() == len(slots)
    assert Entry.objects.count() == len(slots)
    assert seal_all() == Entry.objects.count()
    assert first_fault() is None


def test_create_with_only_the_constraint_left(race, slots, people):
    """Our own check blinded: still one winner and no raw error."""
    instrument = make_instrument()
    for fates in race("create", instrument, people, slots, blind="check"):
        assert count(fates) == {"won": 1, "SlotTaken": WIDTH - 1}
    assert overlaps() == 0


def test_move(race, slots, people):
    """32 bookings on the same instrument are moved to one slot: one arrives, 31 stay where they were."""
    instrument = make_instrument()
    day = slots[0] + dt.timedelta(days=2)
    rows = [
        BookingFactory(
            instrument=instrument,
            person=people[n % 4],
            start=day + dt.timedelta(minutes=30 * n),
            end=day + dt.timedelta(minutes=30 * n + 30),
        )
        for n in range(WIDTH)
    ]
    ids = [str(row.pk) for row in rows]
    (fates,) = race("move", instrument, people, slots[:1], bookings=[ids])
    assert count(fates) == {"won": 1, "SlotTaken": WIDTH - 1}
    assert {f["alternatives"] for f in fates if f["fate"] == "SlotTaken"} == {3}
    assert Booking.objects.filter(start=slots[0]).count() == 1
    assert Booking.objects.filter(start__gte=day).count() == WIDTH - 1
    assert overlaps() == 0


def test_decide(race, slots, people):
    """One request is approved, declined and withdrawn at once: a decision falls once and is never overwritten."""
    instrument = make_instrument(policy={"approval_required": True})
    steward = make_steward(instrument)
    rows = [
        BookingFactory(
            instrument=instrument,
            person=people[0],
            start=start,
            end=start + dt.timedelta(minutes=30),
            state=BookingState.REQUESTED,
        )
        for start in slots[:2]
    ]
    ids = [str(row.pk) for row in rows]
    rounds = race("decide", instrument, [steward], slots[:2], bookings=ids)
    for row, fates in zip(rows, rounds, strict=True):
        row.refresh_from_db()
        wins = [n for n, fate in enumerate(fates) if fate["fate"] == "won"]
        assert set(count(fates)) == {"won", "WrongBookingState"}
        # A confirmed booking may still be withdrawn: an approval can be followed by one cancellation.
        decisions = [n for n in wins if n % 4 != 3]
        if row.state == BookingState.CANCELLED:
            assert (len(decisions) <= 1, len(wins) - len(decisions)) == (True, 1)
            assert all(n % 4 in (0, 1) for n in decisions)
        else:
            assert (len(wins), len(decisions)) == (1, 1)
        assert row.version == 1 + len(wins)
    assert seal_all() == Entry.objects.count()
    assert first_fault() is None


def test_approve_twice(race, slots, people):
    """32 approvals of one request: one holds."""
    instrument = make_instrument(policy={"approval_required": True})
    steward = make_steward(instrument)
    row = BookingFactory(
        instrument=instrument,
        person=people[0],
        start=slots[0],
        end=slots[0] + dt.timedelta(minutes=30),
        state=BookingState.REQUESTED,
    )
    (fates,) = race("approve", instrument, [steward], slots[:1], bookings=[str(row.pk)])
    assert count(fates) == {"won": 1, "WrongBookingState": WIDTH - 1}
    row.refresh_from_db()
    assert (row.state, row.version) == (BookingState.CONFIRMED, 2)


def rivals(people, slot):
    """32 requests for one slot that hold nothing, and their keys."""
    instrument = make_instrument(policy={"approval_required": True, "requests_hold_hours": 0})
    asked = {"start": slot, "end": slot + dt.timedelta(minutes=30), "state": BookingState.COMPETING}
    rows = [BookingFactory(instrument=instrument, person=people[n % 4], **asked) for n in range(WIDTH)]
    return instrument, [str(row.pk) for row in rows]


def test_approve_all_who_compete(race, slots, people):
    """Each of 32 requests for one slot is approved at once: one gets it, 31 have lost it and are told."""
    instrument, ids = rivals(people, slots[0])
    (fates,) = race("approve", instrument, [make_steward(instrument)], slots[:1], bookings=[ids])
    assert count(fates) == {"won": 1, "WrongBookingState": WIDTH - 1}
    states = Counter(Booking.objects.values_list("state", flat=True))
    assert states == {BookingState.CONFIRMED: 1, BookingState.DECLINED: WIDTH - 1}
    assert Notice.objects.filter(kind="booking_lost").count() == WIDTH - 1


def test_control_without_the_guards_several_who_compete_get_it(race, slots, people):
    """The same approvals, the lock and the constraint taken away: the slot is given more than once."""
    instrument, ids = rivals(people, slots[0])
    drop_guard()
    try:
        keeper = make_steward(instrument)
        (fates,) = race("approve", instrument, [keeper], slots[:1], bookings=[ids], blind="lock")
        assert count(fates).get("won", 0) > 1
    finally:
        Booking.objects.filter(state=BookingState.CONFIRMED).update(state=BookingState.CANCELLED)
        restore_guard()


def test_the_slot_of_a_request_past_its_time(race, slots, people):
    """Swept, approved and asked for at once: it expires once, no approval passes, one newcomer gets the slot."""
    instrument = make_instrument()
    people = [make_steward(instrument)]
    old = BookingFactory(
        instrument=instrument,
        person=PersonFactory(),
        start=slots[0],
        end=slots[0] + dt.timedelta(minutes=30),
        state=BookingState.REQUESTED,
        expires_at=timezone.now() - dt.timedelta(minutes=1),
    )
    (fates,) = race("expire_or_take", instrument, people, slots[:1], bookings=[str(old.pk)])
    assert count(fates) == {"won": 1, "SlotTaken": 23, "WrongBookingState": 4, "swept": 4}
    old.refresh_from_db()
    assert (old.state, old.version) == (BookingState.EXPIRED, 2)
    assert Entry.objects.filter(verb="instruments.booking.expired").count() == 1
    assert overlaps() == 0


def test_two_stations_sell_twice(race, slots, people):
    """As many win as there are stations, each on its own."""
    instrument = make_instrument(station_count=2)
    for fates in race("create", instrument, people, slots):
        assert count(fates) == {"won": 2, "SlotTaken": WIDTH - 2}
    held = Booking.objects.order_by("start", "station").values_list("start", "station")
    assert list(held) == [(slot, station) for slot in slots for station in (1, 2)]
    assert overlaps() == 0


def test_two_bookings_in_opposite_orders_are_one_change(race, slots, people):
    """Of each pair one has both, the other neither; nobody waits for ever, no deadlock reaches a caller."""
    instrument, beside = make_instrument(), make_instrument()
    (fates,) = race("both", instrument, people, slots[:1])
    assert count(fates) == {"won": WIDTH // 2, "SlotTaken": WIDTH // 2}
    for place in (instrument, beside):
        starts = Booking.objects.filter(instrument=place).order_by("start").values_list("start", flat=True)
        assert list(starts) == [slots[0] + dt.timedelta(minutes=30 * n) for n in range(WIDTH // 2)]
    assert overlaps() == 0
    assert Entry.objects.filter(verb="instruments.booking.confirmed").count() == WIDTH


def test_a_slot_that_is_given_back_meanwhile(race, slots, people):
    """It is cancelled once and sold once at most; whoever came too early learns of the clash."""
    instrument = make_instrument()
    old = BookingFactory(
        instrument=instrument,
        person=people[0],
        start=slots[0],
        end=slots[0] + dt.timedelta(minutes=30),
        state=BookingState.CONFIRMED,
    )
    (fates,) = race("cancel_or_take", instrument, people, slots[:1], bookings=[str(old.pk)])
    cancels, asks = fates[::4], [fate for n, fate in enumerate(fates) if n % 4]
    assert count(cancels) == {"won": 1, "WrongBookingState": WIDTH // 4 - 1}
    sold = count(asks).get("won", 0)
    assert sold <= 1
    assert count(asks).get("SlotTaken", 0) == WIDTH * 3 // 4 - sold
    held = Booking.objects.holding().filter(start=slots[0])
    assert held.count() == sold
    old.refresh_from_db()
    assert (old.state, old.version) == (BookingState.CANCELLED, 2)


def test_closures_that_overlap(race, slots):
    """The instrument's lock alone parts them: one is let in, and 31 are refused in words, none by a raw error."""
    instrument = make_instrument()
    people = [make_steward(instrument), make_steward(instrument)]
    for fates in race("shut", instrument, people, slots[::4]):
        assert count(fates) == {"won": 1, "InvalidInstrument": WIDTH - 1}
    assert OpeningException.objects.count() == 2
    assert Entry.objects.filter(verb="instruments.opening.changed").count() == 2


def test_a_closure_and_a_booking_of_its_time(race, slots):
    """Whichever comes first; never a booking behind a shut door that nobody was asked about."""
    instrument = make_instrument()
    people = [make_steward(instrument), make_steward(instrument)]
    for fates in race("shut_or_take", instrument, people, slots[::4]):
        closures, asks = count(fates[::2]), count(fates[1::2])
        assert closures.get("won", 0) + asks.get("won", 0) == 1
        assert set(closures) <= {"won", "InvalidInstrument", "Unresolved"}
        assert set(asks) <= {"won", "SlotTaken", "RulesBroken"}
    assert OpeningException.objects.count() + Booking.objects.count() == 2


@pytest.mark.parametrize("stations", [1, 2])
def test_control_without_the_guards_the_slot_is_sold_more_than_once(race, slots, people, stations):
    """The same crowd through the same action, its lock and the constraint taken away: a round of four is oversold."""
    instrument = make_instrument(station_count=stations)
    drop_guard()
    try:
        rounds = race("unguarded", instrument, people, slots[:4], blind="lock")
        winners = [count(fates).get("won", 0) for fates in rounds]
        assert max(winners) > stations, winners
        assert overlaps() > 0
    finally:
        Booking.objects.update(state=BookingState.CANCELLED)
        restore_guard()


def restore_guard() -> None:
    """Put the database's own guard against double booking back."""
    constraint = next(c for c in Booking._meta.constraints if c.name == "booking_no_overlap")
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.add_constraint(Booking, constraint)
    else:
        install()


APART = {"buffer_before_minutes": 1440}
"""Longer than all half hours of the crowd together, so that one alone keeps it."""


def test_time_between_bookings(race, slots, people):
    """32 half hours beside each other on an instrument that stays free for a day between two: one is booked."""
    instrument = make_instrument(policy=APART)
    for fates in race("near", instrument, people, slots[:1]):
        assert count(fates) == {"won": 1, "RulesBroken": WIDTH - 1}
    assert Booking.objects.count() == 1


def test_time_between_bookings_without_the_lock(race, slots, people):
    """The control: no constraint keeps them apart, so that without the lock more are booked."""
    instrument = make_instrument(policy=APART)
    (fates,) = race("near", instrument, people, slots[:1], blind="lock")
    assert count(fates)["won"] > 1


def test_hours_of_a_person(race, slots, people):
    """32 half hours of one person who may hold two hours a day: four are booked."""
    instrument = make_instrument(policy={"person_day_hours": 2})
    # From 01:00 to 17:00 of one day.
    for fates in race("near", instrument, people[:1], [slots[0] - dt.timedelta(hours=8)]):
        assert count(fates) == {"won": 4, "RulesBroken": WIDTH - 4}
    assert Booking.objects.count() == 4
