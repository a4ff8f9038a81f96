"""What a contender does when the gun goes off, and how the guards are taken away for the control."""

from __future__ import annotations

import datetime as dt
import time

from django.db import IntegrityError, OperationalError, connection

from changes import Work, perform
from changes.errors import Refusal
from changes.work import Change
from instruments.booking import locks
from instruments.booking.actions import decisions, slots, sweeps
from instruments.booking.actions import requests as actions
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.offers import let_offer_go, take_offer
from instruments.booking.errors import SlotTaken
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.actions.terms import add_exception
from instruments.upkeep.actions import breakdowns
from instruments.waiting.actions import offering
from instruments.waiting.models import WaitEntry
from members.models import Person
from tests.races.mixed import forget_the_order, mixed

HALF_HOUR = dt.timedelta(minutes=30)


def _told(act) -> dict:
    """Say what came of it; anything but our own refusals is named as it is, so that a raw error shows."""
    try:
        booking = act()
    except SlotTaken as refusal:
        return {
            "fate": "SlotTaken",
            "conflicts": len(refusal.conflicts),
            "alternatives": len(refusal.alternatives),
        }
    except Refusal as refusal:
        return {"fate": type(refusal).__name__}
    except (IntegrityError, OperationalError) as error:
        return {"fate": f"raw {type(error).__name__}", "text": str(error)[:200]}
    return {"fate": "won", "id": str(getattr(booking, "pk", ""))}


def create(_me: int, actor: Person, instrument: Instrument, start: dt.datetime, _booking) -> dict:
    """Ask for the slot."""
    return _told(
        lambda: perform(
            actor, actions.request_booking, instrument, start=start, end=start + HALF_HOUR, purpose="race"
        )
    )


def move(_me: int, _actor: Person, _instrument: Instrument, start: dt.datetime, booking: Booking) -> dict:
    """Move a booking of one's own onto the slot."""
    return _told(lambda: perform(booking.person, move_booking, booking, start=start, end=start + HALF_HOUR))


def decide(me: int, actor: Person, _instrument: Instrument, _start: dt.datetime, booking: Booking) -> dict:
    """Half approve, a quarter decline, a quarter withdraw one and the same request."""
    match me % 4:
        case 0 | 1:
            return _told(lambda: perform(actor, approve_booking, booking))
        case 2:
            return _told(lambda: perform(actor, decline_booking, booking, reason="race"))
        case _:
            return _told(lambda: perform(booking.person, cancel_booking, booking))


def approve(_me: int, actor: Person, _instrument: Instrument, _start: dt.datetime, booking: Booking) -> dict:
    """Approve one and the same request."""
    return _told(lambda: perform(actor, approve_booking, booking))


def expire_or_take(
    me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking: Booking
) -> dict:
    """A request past its time: some sweep it, some try to approve it, all others want its slot."""
    if me % 8 == 0:
        sweeps.expire_requests(booking.expires_at)
        return {"fate": "swept"}
    if me % 8 == 1:
        return _told(lambda: perform(actor, approve_booking, booking))
    return create(me, actor, instrument, start, booking)


def unguarded(me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking) -> dict:
    """The control: the very action of `create`, with lock and constraint gone (`blind`, `drop_guard`)."""
    return create(me, actor, instrument, start, booking)


def both(me: int, actor: Person, instrument: Instrument, start: dt.datetime, _booking) -> dict:
    """Pairs want the same half hour on the same two instruments as one change, in opposite orders."""
    start += HALF_HOUR * (me // 2)
    beside = Instrument.objects.select_related("unit__policy", "policy").exclude(pk=instrument.pk).get()
    places = [instrument, beside] if me % 2 else [beside, instrument]

    def two(work: Work) -> Booking:
        made = [
            actions.request_booking(work, place, start=start, end=start + HALF_HOUR, purpose="race")
            for place in places
        ]
        return made[0]

    return _told(lambda: perform(actor, two))


def cancel_or_take(
    me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking: Booking
) -> dict:
    """A quarter cancel one and the same booking, all others want its slot."""
    if me % 4 == 0:
        return _told(lambda: perform(booking.person, cancel_booking, booking))
    return create(me, actor, instrument, start, booking)


def shut(me: int, actor: Person, instrument: Instrument, start: dt.datetime, _booking) -> dict:
    """Custodians close the instrument for times that all share a minute."""
    start += dt.timedelta(minutes=me - 64)
    return _told(
        lambda: perform(
            actor,
            add_exception,
            instrument,
            start=start,
            end=start + 3 * HALF_HOUR,
            is_open=False,
            reason="race",
        )
    )


def shut_or_take(me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking) -> dict:
    """Half close the instrument, half want a slot in that very time."""
    return (create if me % 2 else shut)(me, actor, instrument, start, booking)


def stop_or_take(me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking) -> dict:
    """Half stop the instrument because of a break-down, half want a slot of that very time."""
    if me % 2:
        return create(me, actor, instrument, start, booking)
    end = start + HALF_HOUR
    return _told(
        lambda: perform(
            actor, breakdowns.stop_instrument, instrument, words="race", severity="out", start=start, end=end
        )
    )


def stop_behind(me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking) -> dict:
    """One stops the instrument; the others ask for its time a moment later, while that is under way."""
    if me:
        time.sleep(0.4)
    return stop_or_take(1 if me else 0, actor, instrument, start, booking)


def near(me: int, actor: Person, instrument: Instrument, start: dt.datetime, _booking) -> dict:
    """Everybody wants a half hour of their own, all of them nearer than the rules of the instrument allow."""
    return create(me, actor, instrument, start + HALF_HOUR * me, _booking)


def give_back(_me: int, _actor: Person, _instrument: Instrument, _start: dt.datetime, booking) -> dict:
    """Everybody gives their own booking back, on one of two instruments."""
    return _told(lambda: perform(booking.person, cancel_booking, booking))


def answer(me: int, actor: Person, instrument: Instrument, start: dt.datetime, booking: Booking) -> dict:
    """One and the same offer is taken, let go, and swept as if nobody had answered; others want its slot."""
    match me % 4:
        case 0:
            return _told(lambda: perform(booking.person, take_offer, booking))
        case 1:
            return _told(lambda: perform(booking.person, let_offer_go, booking))
        case 2:
            sweeps.expire_requests(booking.expires_at)
            return {"fate": "swept"}
        case _:
            return create(me, actor, instrument, start, booking)


PLANS = {
    "answer": answer,
    "give_back": give_back,
    "near": near,
    "shut": shut,
    "shut_or_take": shut_or_take,
    "stop_behind": stop_behind,
    "stop_or_take": stop_or_take,
    "both": both,
    "cancel_or_take": cancel_or_take,
    "approve": approve,
    "create": create,
    "mixed": mixed,
    "move": move,
    "decide": decide,
    "expire_or_take": expire_or_take,
    "unguarded": unguarded,
}


def blind(what: str) -> None:
    """Take guards away in this process: `check` leaves only the constraint; `lock` leaves the check alone;
    `order` takes locks as they come; `line` lets everybody offer for one wish at once.

    Without the lock every contender looks before any writes, which a slow page does as well.
    """
    if what == "check":
        slots._taken = lambda *_args: ([], [], [])
        return
    if what == "order":
        forget_the_order()
        return
    if what == "line":
        _offer_at_once()
        return
    if what != "lock":
        raise ValueError(what)

    def unlocked(_work: Work, pk: int, *_fields: str) -> Instrument:
        return Instrument.objects.select_related("unit__policy", "policy").get(pk=pk)

    actions.lock_instrument = locks.lock_instrument = unlocked
    breakdowns.lock_instruments = lambda work, pks: {pk: unlocked(work, pk) for pk in pks}
    actions.claim_station = slowly(actions.claim_station)
    decisions.claim_station = slowly(decisions.claim_station, 1.0)
    # Who competes is locked to be told that it is lost, which alone would part them.
    look = slots._taken
    slots._taken = lambda *asked: (*look(*asked)[:2], [])
    breakdowns.answered_hits = slowly(breakdowns.answered_hits, 1.5)
    if connection.vendor == "sqlite":
        # There the transaction of the change (IMMEDIATE) is the lock, on everything.
        globals()["perform"] = _without_transaction


def _offer_at_once() -> None:
    """Read the wishes without their lock, and take one's time before anything is written."""
    lock, allowed = Work.lock, offering._first_allowed

    def unlocked(work, rows, pks, **options):
        if getattr(rows, "model", None) is WaitEntry:
            return {row.pk: row for row in rows.filter(pk__in=list(pks))}
        return lock(work, rows, pks, **options)

    def slowly(*args):
        found = allowed(*args)
        time.sleep(0.2)
        return found

    Work.lock, offering._first_allowed = unlocked, slowly
    if connection.vendor == "sqlite":
        globals()["perform"] = _without_transaction_but_told


def _without_transaction_but_told(actor, action, *args, **kwargs):
    change = Change()
    done = action(Work(change, actor), *args, **kwargs)
    change.deliver(0)
    return done


def slowly(look, seconds=0.05):
    """Look as ever, and dawdle before anything is written."""

    def looked(*args, **kwargs):
        found = look(*args, **kwargs)
        time.sleep(seconds)
        return found

    return looked


def _without_transaction(actor, action, *args, **kwargs):
    return action(Work(Change(), actor), *args, **kwargs)


def drop_guard() -> None:
    """Take the database's own guard against double booking away; the next migrate puts it back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE instruments_booking DROP CONSTRAINT IF EXISTS booking_no_overlap")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS booking_no_overlap_insert")
            cursor.execute("DROP TRIGGER IF EXISTS booking_no_overlap_update")
