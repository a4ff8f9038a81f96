"""Actions room: requests that nobody decides: the stewards are reminded, then the managers told; each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from changes import Work
from instruments.booking.actions.sweeps import sweep
from instruments.booking.actions.telling import tell
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking, open_requests
from instruments.booking.queries.bookings import managers_over, recipients_of
from instruments.booking.rules.requests import escalate_at, remind_at
from instruments.inventory.models import Instrument
from members.models import Person

When = Callable[[dt.datetime, dt.datetime], dt.datetime]
Told = Callable[..., list[Person]]


def remind_deciders(now: dt.datetime) -> int:
    """Remind whoever is told of requests when half the time to answer is gone; return of how many requests.

    Safe to run twice.
    """
    return _sweep(now, "nudged_at", remind_at, "booking_undecided", recipients_of)


def escalate_requests(now: dt.datetime) -> int:
    """Tell the managers of the unit when a quarter of the time is left; return of how many requests.

    Safe to run twice.
    """
    return _sweep(now, "escalated_at", escalate_at, "booking_escalated", managers_over)


def _sweep(now: dt.datetime, mark: str, when: When, kind: str, whom: Told) -> int:
    waiting = BOOKINGS.filter(open_requests(now), **{f"{mark}__isnull": True})
    due = [
        booking.pk
        for booking in waiting.only("requested_at", "asked_anew_at", "expires_at").select_related(None)
        if booking.expires_at is not None and when(booking.waits_since, booking.expires_at) <= now
    ]
    # The times of a series wait for one decision, so they are told of once; a change that runs again tells again.
    told: dict[UUID, UUID] = {}

    def step(work: Work, booking: Booking) -> None:
        setattr(booking, mark, work.now)
        booking.save(update_fields=[mark])
        if told.setdefault(booking.series_id or booking.pk, booking.pk) == booking.pk:
            instrument: Instrument = booking.instrument
            tell(work, whom(instrument, but=booking.person), kind, booking)

    return sweep(waiting.filter(pk__in=due), now, step) if due else 0
