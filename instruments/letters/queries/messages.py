"""Queries room: what was written about a booking, and what nobody has read yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.letters.models import BookingMessage
from instruments.letters.rules.messages import HOUR
from members.models import Person


@dataclass(frozen=True)
class Unread:
    """A booking with messages that wait to be read: the last one, and how many there are."""

    booking: Booking
    last: BookingMessage
    count: int


def messages_of(booking: Booking) -> list[BookingMessage]:
    """Return what was written about a booking, oldest first, with who wrote it; one query."""
    return list(BookingMessage.objects.filter(booking=booking).select_related("author"))


def sent_within_an_hour(booking: Booking, author: Person, now: dt.datetime) -> list[dt.datetime]:
    """Return when a person wrote about a booking within the last hour."""
    sent = BookingMessage.objects.filter(booking=booking, author=author, sent_at__gt=now - HOUR)
    return list(sent.values_list("sent_at", flat=True))


def unread_at_desk(keeper: Person, kept: Sequence[Instrument]) -> list[Unread]:
    """Return the bookings of kept instruments on which a person waits for an answer, longest first; one query."""
    places = {instrument.pk: instrument for instrument in kept}
    rows = BookingMessage.objects.filter(
        read_at=None, from_keeper=False, booking__instrument__in=places
    ).exclude(booking__person=keeper)
    found = _together(list(rows.select_related("booking__person", "author")))
    for one in found:
        one.booking.instrument = places[one.booking.instrument_id]
    return found


def unread_by(person: Person) -> list[Unread]:
    """Return a person's own bookings on which the keepers wrote what is not read yet, oldest first; one query."""
    rows = BookingMessage.objects.filter(read_at=None, from_keeper=True, booking__person=person)
    return _together(list(rows.select_related("booking__instrument", "author")))


def _together(rows: list[BookingMessage]) -> list[Unread]:
    by_booking: dict[UUID, list[BookingMessage]] = {}
    for row in rows:
        by_booking.setdefault(row.booking_id, []).append(row)
    return [Unread(some[-1].booking, some[-1], len(some)) for some in by_booking.values()]
