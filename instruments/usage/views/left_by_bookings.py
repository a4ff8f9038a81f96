"""What a booking left behind, for its page: the capability of bookings does not know the records of use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.forms.acts import MoveForm
from instruments.booking.forms.clock import clock
from instruments.booking.models import Booking
from instruments.booking.queries.availability import next_free
from instruments.booking.queries.elsewhere import elsewhere
from instruments.booking.queries.shut import shut_for
from instruments.booking.views.offers import Offer, offers
from instruments.inventory.models import Instrument
from instruments.usage.queries.usage import usage_of
from members.models import Person
from members.permissions import can


def shut_for_booking(booking: Booking, reader: Person, *, offering: bool = False) -> dict[str, Any]:
    """Say to whoever looks at a coming use why the instrument cannot be used then, where that is so.

    `offering`: name free times here and on other instruments of the class to its person, who moves there by one press;
    after it was cancelled those elsewhere, to be booked.
    """
    awaits = booking.state in {*WAITING_STATES, BookingState.CONFIRMED}
    gone = booking.state == BookingState.CANCELLED and offering and booking.start > timezone.now()
    shut = shut_for(booking) if booking.kind == BookingKind.USE and (awaits or gone) else None
    found: list[tuple[Instrument, Offer]] = []
    if shut is not None and offering and booking.person_id == reader.pk:
        if awaits:
            minutes = (booking.end - booking.start) // dt.timedelta(minutes=1)
            here = next_free(booking.instrument, minutes, booking.start)
            found += [(booking.instrument, offer) for offer in offers(booking.instrument, reader, here)]
        for place, slot in elsewhere(booking):
            found += [(place, offer) for offer in offers(place, reader, [slot])]
    ways = [
        {"place": place, "offer": offer, "fields": _written(offer) if awaits else {}}
        for place, offer in found
    ]
    return {"shut": shut, "awaits": awaits, "ways": ways}


def _written(offer: Offer) -> dict[str, str]:
    """Write an offered time as the form of a move sends it."""
    fields: dict[str, str] = {}
    for name, value in MoveForm.initial_of(offer.start, offer.end).items():
        fields[name] = clock(value) if isinstance(value, int) else value.isoformat()
    return fields


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
