"""Actions room: what becomes of a booking when the instrument, or what its person is, is taken away under it."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from changes import Work
from changes.dependants import Reason
from display.formats import time_range
from display.templatetags.display import named
from instruments.booking.actions.slots import (
    alternatives,
    claim_station,
    facts,
    give_time_back,
    held_by,
    release,
    save,
)
from instruments.booking.actions.telling import tell
from instruments.booking.events import BookingCancelled, BookingInDoubt, BookingMoved, BookingStands
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import recipients_of
from instruments.booking.queries.elsewhere import elsewhere
from instruments.booking.rules.booking_states import next_state
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.models import Instrument
from notices.wording import LANGUAGES, in_both

MOST_REASON, MOST_OFFERED = 300, 3


def take_away(work: Work, booking: Booking, reason: Reason) -> None:
    """Cancel a locked booking or request because the instrument cannot be used then; its person is told why.

    Whoever changed the basis had the right to; the last moment for changes binds the person, not the door.
    """
    call_off(work, booking, reason)
    tell_taken_away(work, booking, reason)


def tell_taken_away(work: Work, booking: Booking, reason: Reason) -> None:
    """Tell a person that a booking was called off, why, and what is free instead."""
    tell(
        work,
        [booking.person],
        "booking_taken_away",
        booking,
        reason=in_both(reason) or None,
        others=other_times(booking),
    )


def give_back(work: Work, booking: Booking, reason: Reason) -> None:
    """Cancel a locked booking or request because its person lost what it rested on; all are told why."""
    call_off(work, booking, reason)
    keepers = recipients_of(booking.instrument, but=booking.person)
    people = [booking.person, *(person for person in keepers if person != work.actor)]
    tell(work, people, "booking_given_back", booking, reason=in_both(reason))


def tell_kept(work: Work, booking: Booking, reason: Reason) -> None:
    """Tell a person that a booking stays, at its price, though what it rested on has changed."""
    tell(work, [booking.person], "booking_kept", booking, reason=in_both(reason))


def tell_deciders(work: Work, booking: Booking) -> None:
    """Tell who decides on a request from now on."""
    tell(work, recipients_of(booking.instrument, but=booking.person), "booking_requested", booking)


def reseat(work: Work, booking: Booking, station: int | None = None) -> None:
    """Put a locked booking onto a station, or the first that is free then; its person is told which.

    Raises SlotTaken where none is.
    """
    before, left = facts(booking), booking.station
    booking.station = claim_station(
        work, booking.instrument, held_by(booking), station, close=True, moving=booking.pk
    )
    booking.in_doubt = ""
    save(booking, "station", "in_doubt")
    tell(work, [booking.person], "booking_reseated", booking, station=booking.station)
    work.emit(BookingMoved(target=booking, before=before, after=facts(booking)))
    release(work, booking.instrument, left, held_by(booking))


def call_off(work: Work, booking: Booking, reason: Reason) -> None:
    """Cancel a locked booking or request for a reason its person reads in their language; whoever calls this tells."""
    before = facts(booking)
    booking.state, booking.ended_at = next_state(booking.state, "cancel"), work.now
    with translation.override(booking.person.language):
        booking.reason = str(reason)[:MOST_REASON]
    save(booking, "state", "ended_at", "reason")
    work.emit(BookingCancelled(target=booking, before=before, after=facts(booking)))
    give_time_back(work, booking, before)


def put_in_doubt(work: Work, booking: Booking, reason: str) -> None:
    """Note on a locked booking why the instrument may not be usable then; whoever calls this tells."""
    before = facts(booking)
    booking.in_doubt = reason[:MOST_REASON]
    save(booking, "in_doubt")
    said = {**facts(booking), "reason": booking.in_doubt}
    work.emit(BookingInDoubt(target=booking, before=before, after=said))


def let_stand(work: Work, booking: Booking) -> None:
    """Take a locked booking out of doubt; its person is told that it stands."""
    before = facts(booking)
    booking.in_doubt = ""
    save(booking, "in_doubt")
    tell(work, [booking.person], "booking_stands", booking)
    work.emit(BookingStands(target=booking, before=before, after=facts(booking)))


def tell_hit(work: Work, booking: Booking, reason: Reason, *, offer: bool) -> None:
    """Tell a person that the instrument cannot be used as booked; `offer`: ask to move, with what is free."""
    kind = "booking_to_move" if offer else "booking_in_doubt"
    tell(work, [booking.person], kind, booking, reason=in_both(reason) or None, others=other_times(booking))


def other_times(booking: Booking) -> dict[str, str]:
    """Name the next free times of the same length, in both languages: here, else on others of the class."""
    slots: list[tuple[Instrument | None, FreeSlot]] = [
        (None, slot) for slot in alternatives(booking.instrument, booking.start, booking.end)
    ]
    if len(slots) < MOST_OFFERED:
        slots += elsewhere(booking, MOST_OFFERED - len(slots))
    words = {}
    for name, language in LANGUAGES.items():
        with translation.override(language):
            told = [_offer(place, slot, language) for place, slot in slots]
            words[name] = pgettext("between offered times", "; ").join(told) or _("none at present")
    return words


def _offer(place: Instrument | None, slot: FreeSlot, language: str) -> str:
    when = time_range(slot.start, slot.end, language, timezone.localdate())
    if place is None:
        return when
    return _("%(when)s on %(instrument)s") % {"when": when, "instrument": f"{named(place)} ({place.code})"}
