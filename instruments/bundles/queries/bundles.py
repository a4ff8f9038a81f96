"""Queries room: sets of bookings and their parts."""

from __future__ import annotations

from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle, BundlePart
from instruments.terms.queries.links import links_among
from instruments.terms.rules.links import connected


def parts_of(bundle: BookingBundle) -> list[BundlePart]:
    """Return the parts of a set by step and time, each with booking, instrument and unit; one query."""
    rows = BundlePart.objects.filter(bundle=bundle).select_related("booking__instrument__unit")
    return list(rows.order_by("step", "booking__start", "pk"))


def bundle_of(booking: Booking) -> BookingBundle | None:
    """Return the set of which a booking is a part; one query."""
    part = BundlePart.objects.select_related("bundle").filter(booking=booking).first()
    return None if part is None else part.bundle


def stand_together(booking: Booking) -> list[Booking]:
    """Return the other bookings of its step that stand at the same time and hang together with it by links.

    Three queries, one for what is part of no set.
    """
    own = BundlePart.objects.filter(booking=booking).first()
    if own is None:
        return []
    rows = BundlePart.objects.filter(
        bundle=own.bundle_id,
        step=own.step,
        booking__in=Booking.objects.standing(),
        booking__start=booking.start,
        booking__end=booking.end,
    ).exclude(pk=own.pk)
    related = (
        "booking__instrument__unit__policy",
        "booking__instrument__policy",
        "booking__person__home_unit",
    )
    parts = [part.booking for part in rows.select_related(*related).order_by("pk")]
    if not parts:
        return []
    pairs = links_among([booking.instrument_id, *(row.instrument_id for row in parts)])
    linked = connected(booking.instrument_id, pairs)
    return [row for row in parts if row.instrument_id in linked]


def needing(booking: Booking) -> list[Booking]:
    """Return the bookings of its set that were made for the same time on what is not used without its instrument."""
    rows = BundlePart.objects.filter(
        bundle__parts__booking=booking,
        booking__instrument__links__other=booking.instrument_id,
        booking__start__lt=booking.booked_end,
        booking__end__gt=booking.start,
    ).exclude(booking=booking)
    return [part.booking for part in rows.select_related("booking__instrument")]
