"""Guarded room: a booking for one of its two sides; missing and forbidden give the same 404."""

from __future__ import annotations

from uuid import UUID

from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def side_of(person: Actor, pk: UUID, verb: str) -> Booking:
    """Return a booking about which the person may do `verb`, a right of its sides. Raises Http404."""
    shown = booking_for(person, pk)
    if not can(person, verb, shown):
        refuse_as_missing(person, verb, shown, app="instruments")
    return shown
