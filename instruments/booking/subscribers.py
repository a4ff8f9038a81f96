"""What bookings listen to of themselves: each step is kept; who asked for time that another got has lost it."""

from __future__ import annotations

from changes import subscribe
from instruments.booking.actions.rivals import settle_rivals
from instruments.booking.actions.steps import keep_step
from instruments.booking.events import BookingEvent, TimeContested


def subscribe_all() -> None:
    """Listen to bookings."""
    subscribe(BookingEvent, keep_step)
    subscribe(TimeContested, settle_rivals)
