"""What of bookings rests on an instrument, and what becomes of it when its basis is taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import pgettext_lazy

from changes import Work
from changes.dependants import CANCEL, KEEP, OFFER, register
from instruments.booking.actions.basis import take_away, tell_hit
from instruments.booking.enums import BookingKind
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.queries.coming import coming_bookings
from instruments.inventory.dependants import HeldTime
from instruments.inventory.models import Instrument

KIND = "booking"
WORDS = {
    KEEP: pgettext_lazy("a booking that is hit", "keep it and tell its person"),
    OFFER: pgettext_lazy("a booking that is hit", "ask its person to move it, with free times"),
    CANCEL: pgettext_lazy("a booking that is hit", "cancel it and tell its person"),
}


def bookings_on(instrument: Instrument, now: dt.datetime) -> Iterable[HeldTime]:
    """Return the bookings, requests and maintenance that hold time from now on; one query."""
    return [_held(booking) for booking in coming_bookings(instrument, now).select_related("person")]


def settle_bookings(work: Work, keys: Sequence[str], choice: str, reason: str) -> None:
    """Cancel bookings, offer their people other times, or tell them; each reads why in his own language."""
    for booking in work.lock(BOOKINGS.all(), [UUID(key) for key in keys]).values():
        if choice == CANCEL:
            take_away(work, booking, reason)
        else:
            tell_hit(work, booking, reason, offer=choice == OFFER)


def register_dependants() -> None:
    """Say what of bookings rests on an instrument."""
    register(KIND, settle_bookings, {Instrument: bookings_on}, WORDS)


def _held(booking: Booking) -> HeldTime:
    return HeldTime(
        kind=KIND,
        key=str(booking.pk),
        title="",
        state=booking.state,
        person=booking.person,
        start=booking.start,
        end=booking.end,
        station=booking.station,
        is_use=booking.kind == BookingKind.USE,
    )
