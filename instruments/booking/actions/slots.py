"""Actions room: takes a slot under the instrument's lock, and tells the loser what is taken and what is free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from audit.chain import Event
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingState
from instruments.booking.errors import SlotTaken
from instruments.booking.models import Booking
from instruments.booking.queries.availability import next_free
from instruments.booking.queries.holding import BUSY_FIELDS, BusyInterval, busy, first_free_station
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.models import Instrument
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval
from safeguards.no_overlap import is_overlap

NO_OVERLAP = "booking_no_overlap"


class Clash(Exception):
    """The slot is held; raised under the lock, turned into SlotTaken when the lock is gone, never shown itself."""

    def __init__(self, conflicts: list[Interval]) -> None:
        self.conflicts = conflicts
        super().__init__()


@contextmanager
def polite_refusal(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> Iterator[None]:
    """Turn a clash into SlotTaken, whether our own check found it or the database did.

    It wraps the action's transaction from outside, so that the search for alternatives keeps nobody waiting.
    """
    try:
        yield
    except Clash as clash:
        raise SlotTaken(clash.conflicts, alternatives(instrument, start, end)) from None
    except IntegrityError as error:
        # A writer that took no lock was faster: the constraint is the truth, the lock only good manners.
        if not is_overlap(error, NO_OVERLAP):
            raise
        held = [row.interval for row in busy(instrument, start, end)] or [Interval(start, end)]
        raise SlotTaken(held, alternatives(instrument, start, end)) from error


def alternatives(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> list[FreeSlot]:
    """Return the next three slots of the same length."""
    if not is_convertible(start):
        return []
    return next_free(instrument, (end - start) // dt.timedelta(minutes=1), start)


def claim_station(
    instrument: Instrument,
    wish: Interval,
    station: int | None,
    now: dt.datetime,
    *,
    moving: UUID | None = None,
) -> tuple[int, list[Event]]:
    """Return the station to write, the wanted or the first free one; call it under the instrument's lock.

    Requests on the slot that have outlived their time are expired here and now; their audit events are returned, for
    the caller to record after its own write. `moving` is the booking whose own time does not count. Raises Clash.
    """
    taken, overdue = _taken(instrument, wish, now)
    events: list[Event] = []
    if overdue:
        events = expire_requests_among(overdue, now)
        taken, _ = _taken(instrument, wish, now)
    taken = [row for row in taken if row.booking_id != moving]
    found = first_free_station(taken, wish, instrument.station_count, station)
    if found is None:
        relevant = [row for row in taken if station is None or row.station == station]
        raise Clash([row.interval for row in relevant])
    return found, events


def expire_requests_among(pks: list[UUID], now: dt.datetime) -> list[Event]:
    """Expire those of the given bookings that still are requests past their time; tell their owners."""
    rows = (
        Booking.objects.select_related("person", "instrument")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk__in=pks, state=BookingState.REQUESTED, expires_at__lte=now)
        .order_by("pk")
    )
    return [expire_one(booking, now) for booking in rows]


def expire_one(booking: Booking, now: dt.datetime) -> Event:
    """Expire one locked request, tell its owner, and return what to record."""
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, "expire"), now
    save(booking, "state", "ended_at")
    tell([booking.person], "booking_expired", booking)
    return Event("instruments.booking.expired", booking, before, facts(booking))


def request_expiry(policy: BookingPolicy, start: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return until when a request holds its slot: the policy's hours, but never past its own start."""
    return min(now + dt.timedelta(hours=policy.request_expiry_hours), start)


def is_overdue(booking: Booking, now: dt.datetime | None = None) -> bool:
    """Tell whether a request has outlived its time, swept or not."""
    return (
        booking.state == BookingState.REQUESTED
        and booking.expires_at is not None
        and booking.expires_at <= (now or timezone.now())
    )


def save(booking: Booking, *fields: str) -> None:
    """Write the changed fields of a locked booking and count its version."""
    booking.version += 1
    booking.save(update_fields=[*fields, "version"])


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


def _taken(instrument: Instrument, wish: Interval, now: dt.datetime) -> tuple[list[BusyInterval], list[UUID]]:
    rows = (
        Booking.objects.holding()
        .filter(instrument=instrument)
        .overlapping(wish.start, wish.end)
        .order_by("start", "station")
        .values_list(*BUSY_FIELDS, "expires_at")
    )
    taken, overdue = [], []
    for *values, expires_at in rows:
        row = BusyInterval(*values)
        if row.state == BookingState.REQUESTED and expires_at is not None and expires_at <= now:
            overdue.append(row.booking_id)
        else:
            taken.append(row)
    return taken, overdue
