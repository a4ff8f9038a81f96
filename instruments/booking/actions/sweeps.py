"""Actions room: what time alone brings about; the system acts, so every step may run twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from audit.chain import Event, record_many
from instruments.booking.actions.slots import expire_one, facts, save
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import next_state
from instruments.terms.models import BookingPolicy

CHUNK = 200
DEFAULT_NO_SHOW = BookingPolicy().no_show_minutes
REMIND_BEFORE = dt.timedelta(hours=24)


def expire_requests(now: dt.datetime) -> int:
    """Expire every request past its time and tell its owner; return how many. Safe to run twice or at once."""
    overdue = Booking.objects.filter(state=BookingState.REQUESTED, expires_at__lte=now)
    return _sweep(overdue, now, expire_one)


def mark_no_shows(now: dt.datetime) -> int:
    """Mark confirmed uses nobody checked in for within the policy's minutes; return how many. Safe to run twice."""
    started = Booking.objects.filter(state=BookingState.CONFIRMED, kind=BookingKind.USE, start__lt=now)
    late = [
        pk
        for pk, start, minutes in started.values_list(
            "pk", "start", Coalesce("instrument__policy__no_show_minutes", Value(DEFAULT_NO_SHOW))
        )
        if start + dt.timedelta(minutes=minutes) <= now
    ]
    return _sweep(started.filter(pk__in=late), now, _miss) if late else 0


def finish_maintenance(now: dt.datetime) -> int:
    """Complete maintenance whose time is over; return how many. Safe to run twice."""
    over = Booking.objects.filter(state=BookingState.CONFIRMED, kind=BookingKind.MAINTENANCE, end__lte=now)
    return _sweep(over, now, _finish)


def remind_bookings(now: dt.datetime) -> int:
    """Remind owners of confirmed uses that begin within 24 hours, once each; return how many.

    Who booked within those 24 hours needs no reminder.
    """
    near = Booking.objects.filter(
        state=BookingState.CONFIRMED,
        kind=BookingKind.USE,
        reminded_at=None,
        start__gt=now,
        start__lte=now + REMIND_BEFORE,
        requested_at__lt=F("start") - REMIND_BEFORE,
    )
    return _sweep(near, now, _remind)


def _sweep(
    rows: QuerySet[Booking], now: dt.datetime, step: Callable[[Booking, dt.datetime], Event | None]
) -> int:
    """Walk the rows in chunks, each one transaction; a row that another worker holds is left to it."""
    done = 0
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(pks), CHUNK):
        with transaction.atomic():
            locked = (
                rows.filter(pk__in=pks[first : first + CHUNK])
                .select_related("person", "instrument__policy")
                .select_for_update(of=("self",), no_key=True, skip_locked=True)
                .order_by("pk")
            )
            events = []
            for booking in locked:
                event = step(booking, now)
                done += 1
                events += [event] if event is not None else []
            if events:
                record_many(actor=None, events=events)
    return done


def _miss(booking: Booking, now: dt.datetime) -> Event:
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, "miss"), now
    save(booking, "state", "ended_at")
    tell([booking.person], "booking_no_show", booking)
    return Event("instruments.booking.no_show", booking, before, facts(booking))


def _finish(booking: Booking, _now: dt.datetime) -> Event:
    before = facts(booking)
    booking.state = next_state(booking.state, "finish_maintenance")
    save(booking, "state")
    return Event("instruments.booking.completed", booking, before, facts(booking))


def _remind(booking: Booking, now: dt.datetime) -> None:
    booking.reminded_at = now
    booking.save(update_fields=["reminded_at"])
    tell([booking.person], "booking_reminder", booking)
