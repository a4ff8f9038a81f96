"""Actions room: cancels and moves bookings."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from audit.chain import Event, record, record_many
from instruments.booking.actions.slots import (
    claim_station,
    facts,
    is_overdue,
    polite_refusal,
    request_expiry,
    save,
)
from instruments.booking.actions.telling import named, tell_of_move, tell_others
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.errors import RulesBroken, WrongState
from instruments.booking.locks import lock_booking
from instruments.booking.models import Booking
from instruments.booking.queries.admission import admission
from instruments.booking.queries.holding import conflicts, taken_problems
from instruments.booking.rules.booking_states import next_state
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument
from instruments.inventory.permissions import keeps
from instruments.terms.errors import Problem, problem
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.booking_policy import maintenance_problems
from instruments.terms.rules.hours import LOCAL
from instruments.terms.rules.intervals import Interval
from members.models import Person
from members.permissions import require


def cancel_booking(booking: Booking, *, actor: Person, reason: str = "") -> Booking:
    """Give the time back: the owner until the cut-off (a request: any time), a keeper until the start.

    Running maintenance may be cancelled until it ends. Tells the other side. Raises NotAllowed, WrongState,
    RulesBroken after the last moment or for a reason longer than 300 characters.
    """
    require(actor, "cancel_booking", booking)
    reason = reason.strip()
    if len(reason) > 300 or "\0" in reason:
        raise RulesBroken([problem("reason")])
    return _cancel(booking, actor, reason)


@transaction.atomic
def _cancel(booking: Booking, actor: Person, reason: str) -> Booking:
    booking = lock_booking(booking)
    now = timezone.now()
    after = _legal(booking, "cancel", now)
    problems = _too_late(booking, actor, now)
    if problems:
        raise RulesBroken(problems)
    before = facts(booking)
    booking.state, booking.ended_at, booking.reason = after, now, reason
    save(booking, "state", "ended_at", "reason")
    tell_others(actor, booking, "booking_cancelled")
    record(
        actor=actor,
        verb="instruments.booking.cancelled",
        target=booking,
        before=before,
        after=facts(booking),
    )
    return booking


def move_booking(
    booking: Booking,
    *,
    actor: Person,
    start: dt.datetime,
    end: dt.datetime,
    instrument: Instrument | None = None,
) -> Booking:
    """Move a booking to another time, or to another instrument too; the price is quoted anew.

    The new time is another one and meets every rule of a new booking. Where the policy wants an approval, an owner's
    move asks again; a keeper's move of another person's booking keeps its state. Tells the other side. Raises
    NotAllowed, WrongState, RulesBroken, SlotTaken, StaleVersion (moved by another meanwhile); ValueError for a naive
    time.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("Times must carry their offset.")
    require(actor, "move_booking", booking)
    target = instrument or booking.instrument
    if target.pk != booking.instrument_id:
        require(actor, "book_instrument", target)
        if booking.person_id != actor.pk or booking.kind == BookingKind.MAINTENANCE:
            require(actor, "keep_instrument", target)
    with polite_refusal(target, start, end):
        return _move(booking, target, actor, start, end)


@transaction.atomic
def _move(
    booking: Booking, target: Instrument, actor: Person, start: dt.datetime, end: dt.datetime
) -> Booking:
    target = lock_instruments({booking.instrument_id, target.pk})[target.pk]
    booking = lock_booking(booking)
    now = timezone.now()
    asks = policy_of(target).approval_required
    decides = keeps(actor, target) and booking.person_id != actor.pk
    if booking.kind == BookingKind.MAINTENANCE or (asks and decides):
        verb = "move"
    else:
        verb = "move_and_ask" if asks else "move_and_confirm"
    after = _legal(booking, verb, now)
    problems = _too_late(booking, actor, now)
    before = facts(booking)
    if booking.kind == BookingKind.MAINTENANCE:
        problems += maintenance_problems(start, end, now)
    else:
        verdict = admission(target, booking.person, start, end, now)
        problems += verdict.problems
        offer = verdict.quote
        if not problems and offer.yuan_per_hour is not None and offer.price is not None:
            booking.category, booking.yuan_per_hour, booking.price = (
                offer.category,
                offer.yuan_per_hour,
                offer.price,
            )
    if target.pk == booking.instrument_id and (start, end) == (booking.start, booking.end):
        problems.append(problem("unchanged"))
    if problems:
        raise RulesBroken(problems + taken_problems(conflicts(target, start, end, but=booking.pk)))
    left = booking.instrument
    old = {"old_instrument": named(left), "old_start": booking.start, "old_end": booking.end}
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    same = target.pk == booking.instrument_id
    station, events = _station(
        target, booking, Interval(start, end), now, prefer=booking.station if same else 1
    )
    booking.instrument, booking.station, booking.start, booking.end = target, station, start, end
    booking.state, booking.reminded_at = after, None
    booking.expires_at = (
        request_expiry(policy_of(target), start, now) if after == BookingState.REQUESTED else None
    )
    if after == BookingState.REQUESTED:
        booking.decided_at = booking.decided_by = None
    save(
        booking,
        *("instrument", "station", "start", "end", "state", "expires_at", "reminded_at"),
        *("category", "yuan_per_hour", "price", "decided_at", "decided_by"),
    )
    tell_of_move(actor, booking, left, **old)
    record_many(
        actor=actor,
        events=[*events, Event("instruments.booking.moved", booking, before, facts(booking))],
    )
    return booking


def _station(
    target: Instrument, booking: Booking, wish: Interval, now: dt.datetime, *, prefer: int
) -> tuple[int, list[Event]]:
    """Keep the station where it is free, else take the first free one."""
    found, events = claim_station(target, wish, None, now, moving=booking.pk)
    if found != prefer and prefer <= target.station_count:
        busy = Booking.objects.holding().filter(instrument=target, station=prefer).exclude(pk=booking.pk)
        if not busy.overlapping(wish.start, wish.end).exists():
            return prefer, events
    return found, events


def _legal(booking: Booking, verb: str, now: dt.datetime) -> BookingState:
    if is_overdue(booking, now):
        raise WrongState(BookingState.EXPIRED, verb)
    return next_state(booking.state, verb)


def _too_late(booking: Booking, actor: Person, now: dt.datetime) -> list[Problem]:
    """Return why this person can no longer give the time back."""
    if booking.kind == BookingKind.MAINTENANCE:
        return [problem("started")] if booking.end <= now else []
    if booking.start <= now:
        return [problem("started")]
    if booking.state == BookingState.REQUESTED or keeps(actor, booking.instrument):
        return []
    last = booking.start - dt.timedelta(minutes=policy_of(booking.instrument).cancel_cutoff_minutes)
    return (
        [problem("cancel_cutoff", required=f"{last.astimezone(LOCAL):%Y-%m-%d %H:%M}")] if now > last else []
    )
