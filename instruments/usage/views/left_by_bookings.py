"""What a booking left behind, for its page: the capability of bookings does not know the records of use."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.elsewhere import elsewhere
from instruments.booking.queries.shut import shut_for
from instruments.booking.views.offers import offers
from instruments.usage.queries.usage import usage_of
from members.models import Person
from members.permissions import can


def shut_for_booking(booking: Booking, reader: Person, *, offering: bool = False) -> dict[str, Any]:
    """Say to whoever looks at a coming use why the instrument cannot be used then, where that is so.

    `offering`: name free times on other instruments of the class too, to its person, after it was cancelled as well.
    """
    awaits = booking.state in {BookingState.REQUESTED, BookingState.CONFIRMED}
    gone = booking.state == BookingState.CANCELLED and offering and booking.start > timezone.now()
    shut = shut_for(booking) if booking.kind == BookingKind.USE and (awaits or gone) else None
    found = []
    if shut is not None and offering and booking.person_id == reader.pk:
        for place, slot in elsewhere(booking):
            (offer,) = offers(place, reader, [slot])
            found.append((place, offer))
    return {"shut": shut, "awaits": awaits, "offers": found}


def usage_left_by(booking: Booking, reader: Person) -> dict[str, Any]:
    """Show the usage record that a booking left, to whoever may see it."""
    usage = usage_of(booking)
    sees = usage is not None and can(reader, "view_usage", usage)
    return {
        "usage": usage if sees else None,
        "sees_usage": sees,
        "may_correct": usage is not None and can(reader, "correct_usage", usage),
    }


FUNCTIONS = {"shut_for_booking": shut_for_booking, "usage_left_by": usage_left_by}
