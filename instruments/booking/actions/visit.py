"""Actions room: a visit to the instrument, from check-in to the usage record it leaves; and what time alone ends."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from audit.chain import Event, record, record_many
from instruments.booking.actions.slots import facts, is_overdue, save
from instruments.booking.actions.sweeps import (
    expire_requests,
    finish_maintenance,
    mark_no_shows,
    remind_bookings,
)
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.errors import RulesBroken, WrongState
from instruments.booking.locks import lock_booking
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.visits import forgotten, shortened_end, usage_interval
from instruments.inventory.locks import lock_instrument
from instruments.terms.errors import problem
from instruments.terms.queries.policy import policy_of
from instruments.terms.rules.hours import LOCAL, hours_between
from instruments.usage.actions.records import entry_from_visit, from_visit, usage_facts
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageRefused
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage import current_by_number, taken_beside
from instruments.usage.rules.usage_entries import entry_problems
from members.models import Person
from members.permissions import require


def check_in(booking: Booking, *, actor: Person) -> Booking:
    """Begin the visit; owner or keeper, from the policy's minutes before the start until the end.

    Raises NotAllowed, WrongState, RulesBroken when too early or too late.
    """
    require(actor, "check_in_booking", booking)
    return _check_in(booking, actor)


@transaction.atomic
def _check_in(booking: Booking, actor: Person) -> Booking:
    booking = lock_booking(booking)
    now = timezone.now()
    if is_overdue(booking, now):
        raise WrongState(BookingState.EXPIRED, "check_in")
    after = next_state(booking.state, "check_in")
    if booking.kind == BookingKind.MAINTENANCE:
        raise WrongState(BookingState(booking.state), "check_in")
    opens = booking.start - dt.timedelta(minutes=policy_of(booking.instrument).check_in_early_minutes)
    if now < opens:
        raise RulesBroken([problem("check_in_early", required=_shown(opens))])
    if now >= booking.end:
        raise RulesBroken([problem("check_in_late", required=_shown(booking.end))])
    before = facts(booking)
    booking.state, booking.checked_in_at = after, now
    save(booking, "state", "checked_in_at")
    record(
        actor=actor,
        verb="instruments.booking.checked_in",
        target=booking,
        before=before,
        after={**facts(booking), "checked_in_at": now},
    )
    return booking


def check_out(
    booking: Booking,
    *,
    actor: Person,
    effective_hours: Decimal | None = None,
    samples: int = 0,
    at: dt.datetime | None = None,
) -> Booking:
    """End the visit at `at` and write its usage record; owner or keeper.

    Without `at` it ends now, or at the booked end where that is so long ago that the check-out was forgotten. The
    record covers the time from check-in, not before the booked start, to check-out, cut where the next booking
    or another record begins; without `effective_hours` all of it counts. Its income is the frozen price. A record under
    the booking's number that was there already is corrected. Where other records cover all of the visit, it leaves
    none. A visit that ends early gives the rest of its booked time
    back from the next step on; its price stays. Raises NotAllowed, WrongState, RulesBroken for a time before the
    check-in or in the future, UsageRefused for impossible figures, ValueError for a naive time.
    """
    if at is not None and at.tzinfo is None:
        raise ValueError("Times must carry their offset.")
    require(actor, "check_out_booking", booking)
    return _check_out(booking, actor, at, effective_hours=effective_hours, samples=samples)


@transaction.atomic
def _check_out(
    booking: Booking,
    actor: Person,
    at: dt.datetime | None,
    *,
    effective_hours: Decimal | None,
    samples: int,
) -> Booking:
    # The usage record takes time on the instrument too: the instrument's line first, then the booking.
    lock_instrument(booking.instrument_id)
    booking = lock_booking(booking)
    now = timezone.now()
    after = next_state(booking.state, "check_out")
    arrived = booking.checked_in_at or booking.start
    if at is None:
        late = forgotten(booking.end, now) and booking.end > arrived
        at = booking.end if late else now
    left = at
    if not arrived < left <= now:
        raise RulesBroken([problem("check_out_time")])
    left = left.astimezone(dt.UTC)
    events = []
    known = current_by_number([booking.instrument], [str(booking.pk)]).get(
        (booking.instrument.unit_id, str(booking.pk))
    )
    used = usage_interval(
        booking.start,
        arrived,
        left,
        taken_beside(booking, arrived, left, without=None if known is None else known.pk),
    )
    usage = None
    if used is not None:
        hours = hours_between(used.start, used.end) if effective_hours is None else effective_hours
        entry = entry_from_visit(booking, used, effective_hours=hours, samples=samples)
        problems = entry_problems(entry, now, booking.instrument.station_count)
        if problems:
            raise UsageRefused({field: [message] for field, message in problems})
        usage = from_visit(booking, entry, actor=actor, now=now)
        if known is not None:
            usage.corrects, usage.correction_reason = known, str(UsageSource.BOOKING.label)
    before = {**facts(booking), "checked_out_at": None}
    booking.state, booking.checked_out_at = after, left
    booking.end = shortened_end(booking.start, booking.end, left, policy_of(booking.instrument).step_minutes)
    save(booking, "state", "checked_out_at", "end")
    done = {**facts(booking), "checked_out_at": left}
    events.append(Event("instruments.booking.completed", booking, before, done))
    if usage is not None:
        if known is not None:
            UsageRecord.objects.filter(pk=known.pk).update(is_current=False)
        usage.save(force_insert=True)
        verb = "instruments.usage.recorded" if known is None else "instruments.usage.corrected"
        events.append(Event(verb, usage, None if known is None else usage_facts(known), usage_facts(usage)))
    record_many(actor=actor, events=events)
    return booking


def _shown(moment: dt.datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}"


__all__ = [
    "check_in",
    "check_out",
    "expire_requests",
    "finish_maintenance",
    "mark_no_shows",
    "remind_bookings",
]
