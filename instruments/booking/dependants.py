"""What of bookings rests on an instrument, and what becomes of it when its basis is taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from changes import Work
from instruments.booking.actions.basis import take_away, tell_hit
from instruments.booking.enums import BookingKind
from instruments.booking.locks import BOOKINGS
from instruments.booking.queries.coming import coming_bookings
from instruments.inventory.dependants import Dependant, register
from instruments.inventory.enums import Choice
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


def settle_bookings(work: Work, keys: Sequence[UUID], choice: Choice, reason: str) -> None:
    """Cancel bookings, offer their people other times, or tell them; each reads why in his own language."""
    for booking in work.lock(BOOKINGS.all(), keys).values():
        if choice == Choice.CANCEL:
            take_away(work, booking, reason)
        else:
            tell_hit(work, booking, reason, offer=choice == Choice.OFFER)


def register_dependants() -> None:
    """Say to the inventory what rests on its instruments."""
    register(bookings_on, settle_bookings)
