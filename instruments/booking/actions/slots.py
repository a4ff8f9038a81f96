"""Actions room: takes time under the instrument's lock, gives it back in one place, tells losers what is free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import DateTimeField, IntegerField, QuerySet

from changes import Work
from changes.remembered import Given, Remembered
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, SlotTaken
from instruments.booking.events import BookingCompetes, BookingExpired, OfferLapsed, TimeContested, TimeFreed
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.queries.availability import next_free
from instruments.booking.queries.holding import (
    BUSY_FIELDS,
    NO_TIME,
    BusyInterval,
    busy,
    first_free_station,
    problems_among,
)
from instruments.booking.queries.waiting import waiting_on
from instruments.booking.rules.booking_states import holds_time, next_state
from instruments.booking.rules.free_slots import FreeSlot
from instruments.booking.rules.requests import is_overdue
from instruments.inventory.models import Instrument
from instruments.terms.errors import Span
from instruments.terms.queries.policy import owner_of, policy_of, terms_of
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval, subtract, widened
from instruments.terms.rules.owners import owned
from safeguards.no_overlap import is_overlap

NO_OVERLAP = "booking_no_overlap"
Line = Callable[[Work, Instrument, Interval], object]
_lines: list[Line] = []


def stands_in_line(line: Line) -> None:
    """Let those who wait for time have it before whoever comes upon it when a request or an offer has lapsed."""
    if line not in _lines:
        _lines.append(line)


def alternatives(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> list[FreeSlot]:
    """Return the next three slots of the same length."""
    if not is_convertible(start):
        return []
    return next_free(instrument, (end - start) // dt.timedelta(minutes=1), start)


def claim_station(
    work: Work,
    instrument: Instrument,
    wish: Interval,
    station: int | None,
    *,
    close: bool = False,
    moving: UUID | None = None,
    in_line: bool = False,
    firm: bool = True,
) -> int:
    """Return the station to write, the wanted or the first free one; call it under the instrument's lock.

    Requests and offers on the slot that have outlived their time are expired here and now, and whoever waits for it
    gets it, unless it is for the first `in_line`. `moving` is the booking whose own time does not count; `close`:
    nothing need stay free between this and the next. Where it is `firm`, nothing being left to decide, requests that
    compete for the time and find no room any more have lost it. Raises SlotTaken, and RulesBroken where only the time
    between two bookings is missing.
    """
    apart = NO_TIME if close else terms_of(policy_of(instrument)).apart
    needed = widened(wish, apart)
    taken, overdue, rivals = _taken(instrument, needed, work.now)
    if overdue:
        for booking in work.lock(BOOKINGS.overdue(work.now), overdue).values():
            expire_one(work, booking)
        for line in () if in_line else _lines:
            line(work, instrument, needed)
        taken, _, rivals = _taken(instrument, needed, work.now)
    taken = [row for row in taken if row.booking_id != moving]
    found = first_free_station(taken, wish, instrument.station_count, station, apart)
    if found is None:
        against = problems_among(taken, wish, instrument.station_count, station, apart)
        relevant = [one.held for one in against if one.held is not None]
        if not relevant:
            raise RulesBroken(owned(against, owner_of(policy_of(instrument))))
        raise SlotTaken(relevant, lambda: alternatives(instrument, wish.start, wish.end))
    rivals = [row for row in rivals if row.booking_id != moving]
    if rivals and firm:
        work.emit(TimeContested(instrument=instrument, rivals=[row.booking_id for row in rivals]))
    return found


def expire_one(work: Work, booking: Booking) -> None:
    """Expire one locked request or offer; its owner is told. Time alone does that, whoever comes upon it.

    A request that has held its time as long as the rules want goes on waiting, and others may ask for the time.
    """
    work = work.by(None)
    before = facts(booking)
    waiting = waiting_on(policy_of(booking.instrument), booking.start, booking.waits_since, work.now)
    goes_on = waiting.state == BookingState.COMPETING and waiting.until > work.now
    if booking.state == BookingState.REQUESTED and goes_on:
        booking.state, booking.expires_at = next_state(booking.state, "let_compete"), waiting.until
        # It has time anew, of which a part may go by before somebody is reminded.
        booking.nudged_at = booking.escalated_at = None
        save(booking, "state", "expires_at", "nudged_at", "escalated_at")
        tell(work, [booking.person], "booking_competes", booking)
        work.emit(BookingCompetes(target=booking, before=before, after=facts(booking)))
        give_time_back(work, booking, before)
        return
    was_offered = booking.state == BookingState.OFFERED
    booking.state, booking.ended_at = next_state(booking.state, "expire"), work.now
    save(booking, "state", "ended_at")
    if not was_offered:
        tell(work, [booking.person], "booking_expired", booking)
    happened = OfferLapsed if was_offered else BookingExpired
    work.emit(happened(target=booking, before=before, after=facts(booking)))
    give_time_back(work, booking, before)


def give_time_back(work: Work, booking: Booking, before: Mapping[str, object]) -> None:
    """Say that the time of a booking is free again, where it held it `before`."""
    if holds_time(str(before["state"])):
        release(work, booking.instrument, booking.station, held_by(booking))


def release(
    work: Work, instrument: Instrument, station: int, was: Interval, still: Interval | None = None
) -> None:
    """Say that time is free again: what was held, but for what is held `still`. All that frees time ends here."""
    for free in subtract([was], [] if still is None else [still]):
        work.emit(TimeFreed(instrument=instrument, station=station, start=free.start, end=free.end))


def held_by(booking: Booking) -> Interval:
    """Return the time a booking stands on."""
    return Interval(booking.start, booking.end)


def save(booking: Booking, *fields: str) -> None:
    """Write the changed fields of a locked booking and count its version. Raises SlotTaken, see `insert`."""
    booking.version += 1
    _write(booking, update_fields=[*fields, "version"])


def insert(booking: Booking) -> None:
    """Write a new booking. Raises SlotTaken where a writer that took no lock was faster.

    The constraint is the truth, the lock only good manners. The change is over then.
    """
    _write(booking, force_insert=True)


def _write(booking: Booking, *, update_fields: list[str] | None = None, force_insert: bool = False) -> None:
    instrument, wish = booking.instrument, held_by(booking)
    try:
        booking.save(update_fields=update_fields, force_insert=force_insert)
    except IntegrityError as error:
        if not is_overlap(error, NO_OVERLAP):
            raise

        # Nothing can be asked before the transaction is undone; whoever shows the refusal asks.
        def held() -> Sequence[Span]:
            return busy(instrument, wish.start, wish.end) or [wish]

        raise SlotTaken(held, lambda: alternatives(instrument, wish.start, wish.end)) from error


def facts(booking: Booking) -> dict[str, object]:
    """Return what the history keeps of a booking."""
    return {
        "instrument": booking.instrument.code,
        "station": booking.station,
        "kind": booking.kind,
        "person": booking.person_id,
        "start": booking.start,
        "end": booking.end,
        "state": booking.state,
        "price": booking.price,
        "version": booking.version,
        "reason": booking.reason,
    }


def _taken(
    instrument: Instrument, wish: Interval, now: dt.datetime
) -> tuple[list[BusyInterval], list[UUID], list[BusyInterval]]:
    """Return what holds part of the wish, what is past its time and no longer does, and who competes for it; one
    query."""
    taken, overdue, rivals = [], [], []
    for *values, expires_at in _HELD.ask(instrument=instrument.pk, start=wish.start, end=wish.end):
        row = BusyInterval(*values)
        if is_overdue(row.state, expires_at, now):
            overdue.append(row.booking_id)
        elif row.state == BookingState.COMPETING:
            rivals.append(row)
        else:
            taken.append(row)
    return taken, overdue, rivals


def _held() -> QuerySet[Booking, tuple[Any, ...]]:
    rows = Booking.objects.not_over().filter(instrument=Given("instrument", IntegerField()))
    between = rows.overlapping(Given("start", DateTimeField()), Given("end", DateTimeField()))
    return between.order_by("start", "station").values_list(*BUSY_FIELDS, "expires_at")


_HELD = Remembered(_held)
