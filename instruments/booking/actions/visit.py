"""Actions room: a visit to the instrument, from check-in to check-out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from changes import Work, unchanged
from folding.times import LOCAL
from instruments.booking.actions.slots import facts, held_by, release, save
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.booking.events import VisitBegun, VisitEnded
from instruments.booking.locks import lock_booking
from instruments.booking.models import Booking
from instruments.booking.queries.shut import shut_now
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.requests import is_overdue
from instruments.booking.rules.visits import forgotten, shortened_end
from instruments.terms.errors import problem
from instruments.terms.queries.policy import policy_of
from members.permissions import require


def check_in(work: Work, booking: Booking, *, seen: int | None = None) -> Booking:
    """Begin the visit; owner or custodian, from the policy's minutes before the start until the end.

    Raises NotAllowed, StaleVersion, WrongBookingState, RulesBroken when too early or too late, or while the instrument
    is out of service or closed.
    """
    booking = lock_booking(work, booking)
    require(work.actor, "check_in_booking", booking)
    unchanged(booking, seen)
    if is_overdue(booking.state, booking.expires_at, work.now):
        raise WrongBookingState(BookingState.EXPIRED, "check_in")
    after = next_state(booking.state, "check_in")
    if booking.kind == BookingKind.MAINTENANCE:
        raise WrongBookingState(BookingState(booking.state), "check_in")
    opens = booking.start - dt.timedelta(minutes=policy_of(booking.instrument).check_in_early_minutes)
    if work.now < opens:
        raise RulesBroken([problem("check_in_early", required=_shown(opens))])
    if work.now >= booking.end:
        raise RulesBroken([problem("check_in_late", required=_shown(booking.end))])
    if (barred := shut_now(booking.instrument, work.now)) is not None:
        raise RulesBroken([barred])
    before = facts(booking)
    booking.state, booking.checked_in_at = after, work.now
    save(booking, "state", "checked_in_at")
    said = {**facts(booking), "checked_in_at": work.now}
    work.emit(VisitBegun(target=booking, before=before, after=said))
    return booking


def check_out(
    work: Work,
    booking: Booking,
    *,
    effective_hours: Decimal | None = None,
    samples: int = 0,
    at: dt.datetime | None = None,
    seen: int | None = None,
) -> Booking:
    """End the visit at `at`; owner or custodian. Whoever keeps the records of use hears of it and writes one.

    Without `at` it ends now, or at the booked end where that is so long ago that the check-out was forgotten. A visit
    that ends early gives the rest of its booked time back from the next step on; its price stays. Raises NotAllowed,
    StaleVersion, WrongBookingState, RulesBroken for a time before the check-in or in the future, FieldsRefused for
    impossible figures, ValueError for a naive time.
    """
    if at is not None and at.tzinfo is None:
        raise ValueError("Times must carry their offset.")
    booking = lock_booking(work, booking)
    require(work.actor, "check_out_booking", booking)
    unchanged(booking, seen)
    after = next_state(booking.state, "check_out")
    arrived = booking.checked_in_at or booking.start
    if at is None:
        late = forgotten(booking.end, work.now) and booking.end > arrived
        at = booking.end if late else work.now
    if not arrived < at <= work.now:
        raise RulesBroken([problem("check_out_time")])
    booking.state = after
    _end(work, booking, arrived, at.astimezone(dt.UTC), effective_hours=effective_hours, samples=samples)
    return booking


def end_forgotten(work: Work, booking: Booking) -> None:
    """End a locked visit that nobody ended at its booked end; whoever keeps the instrument confirms its record."""
    booking.state = next_state(booking.state, "check_out")
    arrived = booking.checked_in_at or booking.start
    _end(work, booking, arrived, max(booking.end, arrived + dt.timedelta(minutes=1)), forgotten=True)


def _end(
    work: Work,
    booking: Booking,
    arrived: dt.datetime,
    left: dt.datetime,
    *,
    effective_hours: Decimal | None = None,
    samples: int = 0,
    forgotten: bool = False,
) -> None:
    was = held_by(booking)
    before = {**facts(booking), "state": BookingState.IN_USE, "checked_out_at": None}
    booking.checked_out_at = left
    booking.end = shortened_end(booking.start, booking.end, left, policy_of(booking.instrument).step_minutes)
    if booking.end < was.end:
        booking.booked_until = was.end
    save(booking, "state", "checked_out_at", "end", "booked_until")
    work.emit(
        VisitEnded(
            target=booking,
            before=before,
            after={**facts(booking), "checked_out_at": left},
            arrived=arrived,
            left=left,
            effective_hours=effective_hours,
            samples=samples,
            forgotten=forgotten,
        )
    )
    release(work, booking.instrument, booking.station, was, held_by(booking))


def _shown(moment: dt.datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}"
