"""Actions room: what time alone brings about; the system acts, so every step may run twice."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from changes import Work, perform
from changes.errors import FieldsRefused
from instruments.booking.actions.basis import take_away, tell_hit
from instruments.booking.actions.slots import expire_one, facts, give_time_back, save
from instruments.booking.actions.telling import tell
from instruments.booking.actions.visit import end_forgotten
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.events import BookingMissed, MaintenanceEnded
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.queries.shut import shut_for, was_shut
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.visits import FORGOTTEN_AFTER
from instruments.inventory.locks import lock_instruments
from instruments.terms.models import BookingPolicy

CHUNK = 50
"""Bookings in one change: their instruments are locked meanwhile."""
DEFAULT_NO_SHOW = BookingPolicy().no_show_minutes
REMIND_BEFORE = dt.timedelta(hours=24)
logger = logging.getLogger(__name__)
Sweep = Callable[[Work, Booking], object]


def expire_requests(now: dt.datetime) -> int:
    """Expire every request and offer past its time; return how many. Safe to run twice or at once."""
    return sweep(BOOKINGS.overdue(now), now, expire_one)


def mark_no_shows(now: dt.datetime) -> int:
    """Mark confirmed uses nobody checked in for within the policy's minutes; return how many. Safe to run twice."""
    started = BOOKINGS.filter(state=BookingState.CONFIRMED, kind=BookingKind.USE, start__lt=now)
    late = [
        pk
        for pk, start, minutes in started.values_list(
            "pk",
            "start",
            Coalesce(
                "instrument__policy__no_show_minutes",
                "instrument__unit__policy__no_show_minutes",
                Value(DEFAULT_NO_SHOW),
            ),
        )
        if start + dt.timedelta(minutes=minutes) <= now
    ]
    return sweep(started.filter(pk__in=late), now, _miss) if late else 0


def finish_maintenance(now: dt.datetime) -> int:
    """Complete maintenance whose time is over; return how many. Safe to run twice."""
    over = BOOKINGS.filter(state=BookingState.CONFIRMED, kind=BookingKind.MAINTENANCE, end__lte=now)
    return sweep(over, now, _finish)


def end_forgotten_visits(now: dt.datetime) -> int:
    """End visits whose booked end is hours ago and that nobody ended; return how many. Safe to run twice.

    One that cannot be put on record is left to the custodian, and does not keep the others from their end.
    """
    open_still = BOOKINGS.filter(
        state=BookingState.IN_USE, kind=BookingKind.USE, end__lt=now - FORGOTTEN_AFTER
    )
    done = 0
    for pk in list(open_still.order_by("pk").values_list("pk", flat=True)):
        try:
            done += sweep(open_still.filter(pk=pk), now, end_forgotten)
        except FieldsRefused as refusal:
            logger.warning("A forgotten visit could not be ended: %s %s", pk, refusal.fields)
    return done


def remind_bookings(now: dt.datetime) -> int:
    """Remind owners of confirmed uses that begin within 24 hours, once each; return how many.

    Who booked within those 24 hours needs no reminder.
    """
    near = BOOKINGS.filter(
        state=BookingState.CONFIRMED,
        kind=BookingKind.USE,
        reminded_at=None,
        start__gt=now,
        start__lte=now + REMIND_BEFORE,
        requested_at__lt=F("start") - REMIND_BEFORE,
    )
    return sweep(near, now, _remind)


def sweep(rows: QuerySet[Booking], now: dt.datetime, step: Sweep) -> int:
    """Walk the rows in chunks, each one change; what another change holds at this moment is left to the next sweep."""
    places = list(rows.order_by("instrument", "pk").values_list("pk", "instrument"))
    return sum(
        perform(None, _sweep_some, rows, places[first : first + CHUNK], now, step)
        for first in range(0, len(places), CHUNK)
    )


def _sweep_some(
    work: Work,
    rows: QuerySet[Booking],
    places: Sequence[tuple[UUID, int]],
    now: dt.datetime,
    step: Sweep,
) -> int:
    free = lock_instruments(work, {place for _pk, place in places}, skip_locked=True)
    locked = work.lock(rows, [pk for pk, place in places if place in free], skip_locked=True)
    # Moved to another instrument since: its own line is not held here.
    here = [booking for booking in locked.values() if booking.instrument_id in free]
    for booking in here:
        step(work.by(None, now), booking)
    return len(here)


def _miss(work: Work, booking: Booking) -> None:
    shut = was_shut(booking, work.now)
    if shut is not None:
        # Nobody could come, so nobody was missed.
        take_away(work, booking, shut.reason)
        return
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, "miss"), work.now
    save(booking, "state", "ended_at")
    tell(work, [booking.person], "booking_no_show", booking)
    work.emit(BookingMissed(target=booking, before=before, after=facts(booking)))
    give_time_back(work, booking, before)


def _finish(work: Work, booking: Booking) -> None:
    before = facts(booking)
    booking.state = next_state(booking.state, "finish_maintenance")
    save(booking, "state")
    work.emit(MaintenanceEnded(target=booking, before=before, after=facts(booking)))


def _remind(work: Work, booking: Booking) -> None:
    booking.reminded_at = work.now
    booking.save(update_fields=["reminded_at"])
    shut = shut_for(booking)
    if shut is not None:
        tell_hit(work, booking, shut.reason, offer=True)
        return
    tell(work, [booking.person], "booking_reminder", booking)
