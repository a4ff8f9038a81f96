"""Locks room: instruments whose time is taken or given back, then bookings, in the one order of all locks."""

from __future__ import annotations

from collections.abc import Iterable

from changes import StaleVersion, Work
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument

BOOKINGS = Booking.objects.select_related("person__home_unit", "instrument__unit", "instrument__policy")
INSTRUMENTS = Instrument.objects.select_related("unit", "policy")


def lock_place(work: Work, pk: int) -> Instrument:
    """Lock one instrument with its unit and policy: whoever takes time on it stands in this line."""
    return work.lock_one(INSTRUMENTS.all(), pk)


def lock_places(work: Work, pks: Iterable[int], *, skip_locked: bool = False) -> dict[int, Instrument]:
    """Lock several instruments in the order of their keys; with `skip_locked` those that nobody else holds."""
    return work.lock(INSTRUMENTS.all(), pks, skip_locked=skip_locked)


def lock_booking(work: Work, booking: Booking) -> Booking:
    """Lock a booking's instrument, then the booking, and read it afresh, with its person, unit and policy.

    Raises StaleVersion where it has been moved to another instrument since it was read.
    """
    lock_place(work, booking.instrument_id)
    return lock_booking_alone(work, booking)


def lock_booking_alone(work: Work, booking: Booking) -> Booking:
    """Lock a booking whose instrument is locked already. Raises StaleVersion as `lock_booking` does."""
    fresh = work.lock_one(BOOKINGS.all(), booking.pk)
    if fresh.instrument_id != booking.instrument_id:
        raise StaleVersion(found=fresh.version)
    return fresh
