"""Locks room: one booking; the lock of its instrument comes first."""

from __future__ import annotations

from instruments.booking.models import Booking
from instruments.errors import StaleVersion


def lock_booking(booking: Booking) -> Booking:
    """Lock one booking and read it afresh, with its person, instrument, unit and policy.

    Raises StaleVersion where it has been moved to another instrument since it was read.
    """
    fresh = (
        Booking.objects.select_related("person__home_unit", "instrument__unit", "instrument__policy")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=booking.pk)
    )
    if fresh.instrument_id != booking.instrument_id:
        raise StaleVersion
    return fresh
