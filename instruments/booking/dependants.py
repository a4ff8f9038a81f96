"""What of bookings rests on an instrument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from instruments.booking.enums import BookingKind
from instruments.booking.queries.coming import coming_bookings
from instruments.inventory.dependants import Dependant, register
from instruments.inventory.models import Instrument


def bookings_on(instrument: Instrument, now: dt.datetime) -> Iterable[Dependant]:
    """Return the bookings, requests and maintenance that hold time from now on; one query."""
    for booking in coming_bookings(instrument, now).select_related("person"):
        yield Dependant(
            pk=booking.pk,
            start=booking.start,
            end=booking.end,
            station=booking.station,
            person=booking.person,
            state=booking.state,
            is_use=booking.kind == BookingKind.USE,
        )


def register_dependants() -> None:
    """Say to the inventory what rests on its instruments."""
    register(bookings_on)
