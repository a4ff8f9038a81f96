"""Actions room: what becomes of a booking when the instrument, or what its person is, is taken away under it."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from changes import Work
from changes.dependants import Reason
from display.formats import time_range
from instruments.booking.actions.slots import alternatives, facts, held_by, release, save
from instruments.booking.actions.telling import tell
from instruments.booking.events import BookingCancelled
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import told_of
from instruments.booking.rules.booking_states import next_state
from notices.wording import in_both

MOST_REASON = 300
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def take_away(work: Work, booking: Booking, reason: Reason) -> None:
    """Cancel a locked booking or request because the instrument cannot be used then; its person is told why.

    Whoever changed the basis had the right to; the last moment for changes binds the person, not the door.
    """
    _cancel(work, booking, reason)
    tell(
        work,
        [booking.person],
        "booking_taken_away",
        booking,
        reason=in_both(reason) or None,
        others=_others(booking),
    )


def give_back(work: Work, booking: Booking, reason: Reason) -> None:
    """Cancel a locked booking or request because its person lost what it rested on; person and keepers are told why."""
    _cancel(work, booking, reason)
    keepers = told_of(booking.instrument, but=booking.person)
    people = [booking.person, *(person for person in keepers if person != work.actor)]
    tell(work, people, "booking_given_back", booking, reason=in_both(reason))


def tell_kept(work: Work, booking: Booking, reason: Reason) -> None:
    """Tell a person that a booking stays, at its price, though what it rested on has changed."""
    tell(work, [booking.person], "booking_kept", booking, reason=in_both(reason))


def tell_deciders(work: Work, booking: Booking) -> None:
    """Tell who decides on a request from now on."""
    tell(work, told_of(booking.instrument, but=booking.person), "booking_requested", booking)


def _cancel(work: Work, booking: Booking, reason: Reason) -> None:
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, "cancel"), work.now
    with translation.override(booking.person.language):
        booking.reason = str(reason)[:MOST_REASON]
    save(booking, "state", "ended_at", "reason")
    work.emit(BookingCancelled(target=booking, before=before, after=facts(booking)))
    release(work, booking.instrument, booking.station, held_by(booking))


def tell_hit(work: Work, booking: Booking, reason: Reason, *, offer: bool) -> None:
    """Tell a person that the instrument cannot be used as booked; `offer`: ask to move, with what is free."""
    kind = "booking_to_move" if offer else "booking_in_doubt"
    tell(work, [booking.person], kind, booking, reason=in_both(reason) or None, others=_others(booking))


def _others(booking: Booking) -> dict[str, str]:
    """Name the next free times of the same length on the instrument, in both languages."""
    slots = alternatives(booking.instrument, booking.start, booking.end)
    words = {}
    for name, language in LANGUAGES.items():
        with translation.override(language):
            told = [time_range(slot.start, slot.end, language, timezone.localdate()) for slot in slots]
            words[name] = "; ".join(told) or _("none on this instrument at present")
    return words
