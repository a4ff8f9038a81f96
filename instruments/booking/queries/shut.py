"""Queries room: whether the instrument could be used when a booking began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.inventory.queries.facts import facts_at
from instruments.inventory.rules.out_of_service import is_out
from instruments.terms.models import OpeningException


@dataclass(frozen=True)
class Shut:
    """Why an instrument cannot be used at a booked time: its state, or a closure; `reason` as its keeper wrote it."""

    state: str
    reason: str


def shut_for(booking: Booking, *, until: dt.datetime | None = None) -> Shut | None:
    """Return why the instrument of a booking is shut from its start to its end (or `until`), or None; one query."""
    return shut_among([booking], until=until).get(booking.pk)


def shut_among(bookings: Sequence[Booking], *, until: dt.datetime | None = None) -> dict[UUID, Shut]:
    """Return, by key, why the instruments of those bookings that meet a shut one are shut then; one query."""
    found = {
        booking.pk: Shut(booking.instrument.state, booking.instrument.state_note)
        for booking in bookings
        if is_out(booking.instrument.state, booking.instrument.back_on, booking.start)
    }
    left = [booking for booking in bookings if booking.pk not in found]
    if not left:
        return found
    closures = OpeningException.objects.filter(
        instrument__in={booking.instrument_id for booking in left},
        is_open=False,
        start__lt=until or max(booking.end for booking in left),
        end__gt=min(booking.start for booking in left),
    )
    rows = list(closures.order_by("start"))
    for booking in left:
        for row in rows:
            meets = row.start < (until or booking.end) and row.end > booking.start
            if row.instrument_id == booking.instrument_id and meets:
                found[booking.pk] = Shut("", row.reason)
                break
    return found


def was_shut(booking: Booking, now: dt.datetime) -> Shut | None:
    """Return why nobody could come to a booking that has begun: as it was at its start, or as it is now."""
    found = shut_for(booking, until=min(now, booking.end))
    if found is not None:
        return found
    then = facts_at(booking.start, Instrument.objects.filter(pk=booking.instrument_id))
    state = then[booking.instrument_id].state
    return None if state == InstrumentState.IN_SERVICE else Shut(state, booking.instrument.state_note)
