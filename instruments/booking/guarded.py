"""Guarded room: one booking for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from instruments.booking.models import Booking
from instruments.booking.queries.bookings import bookings_with_relations
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def booking_for(person: Actor, pk: UUID | str) -> Booking:
    """Return a booking the person may see, with person, instrument, unit and policy. Raises Http404."""
    booking = bookings_with_relations().filter(pk=uuid_of(pk)).first()
    if booking is None:
        raise Http404
    if not can(person, "view_booking", booking):
        refuse_as_missing(person, "view_booking", booking, app="instruments")
    return booking


def uuid_of(pk: UUID | str) -> UUID:
    if isinstance(pk, UUID):
        return pk
    try:
        return UUID(pk)
    except ValueError:
        raise Http404 from None
