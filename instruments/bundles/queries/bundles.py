"""Queries room: sets of bookings and their parts."""

from __future__ import annotations

from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle, BundlePart


def parts_of(bundle: BookingBundle) -> list[BundlePart]:
    """Return the parts of a set by step and time, each with booking, instrument and unit; one query."""
    rows = BundlePart.objects.filter(bundle=bundle).select_related("booking__instrument__unit")
    return list(rows.order_by("step", "booking__start", "pk"))


def bundle_of(booking: Booking) -> BookingBundle | None:
    """Return the set of which a booking is a part; one query."""
    part = BundlePart.objects.select_related("bundle").filter(booking=booking).first()
    return None if part is None else part.bundle
