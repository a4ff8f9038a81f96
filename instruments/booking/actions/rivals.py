"""Actions room: who asked for time that others may ask for too, and did not get it."""

from __future__ import annotations

from changes import Work
from instruments.booking.actions.basis import other_times
from instruments.booking.actions.slots import facts, held_by, save
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingState
from instruments.booking.events import BookingLost, TimeContested
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.queries.holding import busy, first_free_station
from instruments.booking.rules.booking_states import next_state
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.intervals import widened


def settle_rivals(work: Work, event: TimeContested) -> None:
    """Decline the requests for which no station is left, now that somebody has the time; the others wait on."""
    work = work.by(None)
    asked = BOOKINGS.filter(state=BookingState.COMPETING)
    for booking in work.lock(asked, event.rivals).values():
        apart = terms_of(policy_of(booking.instrument)).apart
        wish = held_by(booking)
        needed = widened(wish, apart)
        taken = busy(booking.instrument, needed.start, needed.end)
        if first_free_station(taken, wish, booking.instrument.station_count, None, apart) is None:
            _lose(work, booking)


def _lose(work: Work, booking: Booking) -> None:
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, "lose"), work.now
    booking.expires_at = None
    save(booking, "state", "ended_at", "expires_at")
    tell(work, [booking.person], "booking_lost", booking, others=other_times(booking))
    work.emit(BookingLost(target=booking, before=before, after=facts(booking)))
