"""Actions room: time that was held for upkeep and is given back."""

from __future__ import annotations

import datetime as dt

from changes import Work
from instruments.booking.actions.slots import facts, held_by, release, save
from instruments.booking.events import BookingCancelled, BookingMoved, MaintenanceEnded
from instruments.booking.models import Booking
from instruments.booking.rules.booking_states import next_state


def give_back_upkeep(work: Work, booking: Booking, until: dt.datetime) -> None:
    """End locked upkeep at a moment before its end: what was done of it stays, the rest is free.

    Upkeep that would begin at that moment or later is called off.
    """
    before, was = facts(booking), held_by(booking)
    if booking.start >= until:
        booking.state, booking.ended_at = next_state(booking.state, "cancel"), work.now
        save(booking, "state", "ended_at")
        work.emit(BookingCancelled(target=booking, before=before, after=facts(booking)))
        release(work, booking.instrument, booking.station, was)
        return
    booking.end = until
    if until <= work.now:
        booking.state, booking.booked_until = next_state(booking.state, "finish_maintenance"), was.end
    save(booking, "state", "end", "booked_until")
    happened = MaintenanceEnded if until <= work.now else BookingMoved
    work.emit(happened(target=booking, before=before, after=facts(booking)))
    release(work, booking.instrument, booking.station, was, held_by(booking))
