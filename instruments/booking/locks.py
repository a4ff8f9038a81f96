"""Locks room: one booking; the lock of its instrument comes first."""

from __future__ import annotations

from collections.abc import Iterable

from changes import StaleVersion, Work
from changes.locking import Lockable
from instruments.booking.models import Booking
from instruments.inventory.locks import INSTRUMENTS, lock_instrument, lock_instruments

BOOKABLE = Lockable(
    INSTRUMENTS.rows.only(
        *(
            "code",
            "state",
            "sharing_mode",
            "station_count",
            "is_linked",
            "policy",
            "unit__state",
            "unit__policy",
        ),
        *("name_zh", "name_en", "address"),
    )
)
"""Instruments with what a request is judged and told by."""
BOOKINGS = Booking.objects.select_related(
    "person__home_unit", "instrument__unit__policy", "instrument__policy"
)


def lock_booking(work: Work, booking: Booking) -> Booking:
    """Lock a booking's instrument, then the booking, and read it afresh, with its person, unit and policy.

    Raises StaleVersion where it has been moved to another instrument since it was read.
    """
    lock_instrument(work, booking.instrument_id)
    return lock_booking_alone(work, booking)


def lock_booking_alone(work: Work, booking: Booking) -> Booking:
    """Lock a booking whose instrument is locked already. Raises StaleVersion as `lock_booking` does."""
    fresh = work.lock_one(BOOKINGS.all(), booking.pk)
    if fresh.instrument_id != booking.instrument_id:
        raise StaleVersion(found=fresh.version)
    return fresh


def lock_bookings(work: Work, bookings: Iterable[Booking]) -> list[Booking]:
    """Lock the instruments of several bookings, then these; return them read afresh, by time."""
    known = list(bookings)
    lock_instruments(work, {row.instrument_id for row in known})
    found = work.lock(BOOKINGS.all(), [row.pk for row in known])
    return sorted(found.values(), key=lambda row: (row.start, row.pk))
