"""Actions room: a custodian decides on a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from changes import Work, unchanged
from instruments.booking.actions.slots import claim_station, facts, give_time_back, held_by, save
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.booking.events import BookingApproved, BookingDeclined
from instruments.booking.locks import lock_booking
from instruments.booking.models import Booking
from instruments.booking.queries.shut import shut_then
from instruments.booking.rules.booking_states import holds_time, next_state
from instruments.booking.rules.requests import is_overdue, reason_problems
from instruments.terms.errors import BrokenRule
from instruments.terms.queries.policy import owner_of, policy_of
from instruments.terms.rules.owners import owned
from members.permissions import require

Demand = Callable[[Booking], Sequence[BrokenRule]]
_demands: list[Demand] = []


def demand_for_approval(demand: Demand) -> None:
    """Ask of every request, before it is approved, what an upper room says is missing."""
    if demand not in _demands:
        _demands.append(demand)


def approve_booking(work: Work, booking: Booking, *, seen: int | None = None) -> Booking:
    """Confirm a request; a custodian's right, but for a request of their own. Tells the person who asked.

    Raises NotAllowed, StaleVersion, WrongBookingState (decided, withdrawn or expired already), RulesBroken where the
    instrument is out of service or closed then, or something is missing that it demands, all of it at once; SlotTaken
    where somebody has the time meanwhile. Who asked for the same time and finds no room any more has lost it, and is
    told what is free instead.
    """
    booking = approve_untold(work, booking, seen=seen)
    tell(work, [booking.person], "booking_approved", booking)
    return booking


def approve_untold(work: Work, booking: Booking, *, seen: int | None = None) -> Booking:
    """Confirm a request as `approve_booking` does; whoever decides on more at once tells of all together."""
    booking = lock_booking(work, booking)
    require(work.actor, "approve_booking", booking)
    unchanged(booking, seen)
    before = facts(booking)
    _decide(work, booking, "approve")
    barred = shut_then(booking)
    problems = [barred] if barred is not None else []
    problems += owned(
        (one for demand in _demands for one in demand(booking)), owner_of(policy_of(booking.instrument))
    )
    if problems:
        raise RulesBroken(problems)
    held = booking.station if holds_time(str(before["state"])) else None
    booking.station = claim_station(
        work, booking.instrument, held_by(booking), held, close=held is not None, moving=booking.pk
    )
    save(booking, "state", "station", "decided_at", "decided_by", "expires_at")
    work.emit(BookingApproved(target=booking, before=before, after=facts(booking)))
    return booking


def decline_booking(work: Work, booking: Booking, *, reason: str, seen: int | None = None) -> Booking:
    """Refuse a request with a reason of 1 to 300 characters; the time is free again. Tells the person who asked.

    Raises NotAllowed, StaleVersion, WrongBookingState, RulesBroken without a reason.
    """
    booking = decline_untold(work, booking, reason=reason, seen=seen)
    tell(work, [booking.person], "booking_declined", booking)
    return booking


def decline_untold(work: Work, booking: Booking, *, reason: str, seen: int | None = None) -> Booking:
    """Refuse a request as `decline_booking` does; whoever decides on more at once tells of all together."""
    booking = lock_booking(work, booking)
    require(work.actor, "decline_booking", booking)
    unchanged(booking, seen)
    reason = reason.strip()
    if wrong := reason_problems(reason, least=1):
        raise RulesBroken(wrong)
    before = facts(booking)
    _decide(work, booking, "decline")
    booking.reason, booking.ended_at = reason, work.now
    save(booking, "state", "decided_at", "decided_by", "expires_at", "reason", "ended_at")
    work.emit(BookingDeclined(target=booking, before=before, after=facts(booking)))
    give_time_back(work, booking, before)
    return booking


def _decide(work: Work, booking: Booking, verb: str) -> None:
    if is_overdue(booking.state, booking.expires_at, work.now):
        raise WrongBookingState(BookingState.EXPIRED, verb)
    booking.state = next_state(booking.state, verb)
    booking.decided_at, booking.decided_by = work.now, work.actor
    booking.expires_at = None
