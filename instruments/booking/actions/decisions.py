"""Actions room: a keeper decides on a request."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from audit.chain import record
from instruments.booking.actions.slots import facts, is_overdue, polite_refusal, save
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, WrongState
from instruments.booking.locks import lock_booking
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import next_state
from instruments.terms.errors import problem
from members.models import Person
from members.permissions import require


def approve_booking(booking: Booking, *, actor: Person) -> Booking:
    """Confirm a request; a keeper's right, but for a request of their own. Tells the person who asked.

    Raises NotAllowed, WrongState (decided, withdrawn or expired already), SlotTaken where an unguarded writer took
    the time.
    """
    require(actor, "approve_booking", booking)
    with polite_refusal(booking.instrument, booking.start, booking.end):
        return _decide(booking, actor, "approve", "approved", "")


def decline_booking(booking: Booking, *, actor: Person, reason: str) -> Booking:
    """Refuse a request with a reason of 1 to 300 characters; the time is free again. Tells the person who asked.

    Raises NotAllowed, WrongState, RulesBroken without a reason.
    """
    require(actor, "decline_booking", booking)
    reason = reason.strip()
    if not 1 <= len(reason) <= 300 or "\0" in reason:
        raise RulesBroken([problem("reason")])
    return _decide(booking, actor, "decline", "declined", reason)


@transaction.atomic
def _decide(booking: Booking, actor: Person, verb: str, past: str, reason: str) -> Booking:
    booking = lock_booking(booking)
    now = timezone.now()
    if is_overdue(booking, now):
        raise WrongState(BookingState.EXPIRED, verb)
    before = facts(booking)
    booking.state = next_state(booking.state, verb)
    booking.decided_at, booking.decided_by = now, actor
    booking.expires_at = None
    changed = ["state", "decided_at", "decided_by", "expires_at"]
    if booking.state == BookingState.DECLINED:
        booking.reason, booking.ended_at = reason, now
        changed += ["reason", "ended_at"]
    save(booking, *changed)
    tell([booking.person], f"booking_{past}", booking)
    record(
        actor=actor, verb=f"instruments.booking.{past}", target=booking, before=before, after=facts(booking)
    )
    return booking
