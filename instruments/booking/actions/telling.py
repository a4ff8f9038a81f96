"""Actions room: tells people about a booking, inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence

from changes import Work
from instruments.booking.enums import WAITING_STATES
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import recipients_of
from instruments.inventory.models import Instrument
from members.models import Person
from notices.wording import both_names


def tell(work: Work, people: Sequence[Person], kind: str, booking: Booking, **more: object) -> None:
    """Send a notice about a booking to each; its usual facts fill the sentence, `more` adds to them."""
    work.tell(
        people,
        kind,
        {
            "instrument": both_names(booking.instrument),
            "person": str(booking.person),
            "start": booking.start,
            "end": booking.end,
            "purpose": booking.purpose,
            "price": booking.price,
            "reason": booking.reason or None,
            "expires": booking.expires_at,
            "place": booking.instrument.address or None,
            **more,
        },
        link=f"/bookings/{booking.pk}/",
    )


def tell_others(work: Work, booking: Booking, kind: str, **more: object) -> None:
    """Tell the other side: the custodians where the owner acted, the owner where a custodian did."""
    tell(work, other_side(work, booking), kind, booking, actor=str(work.actor), **more)


def other_side(work: Work, booking: Booking) -> list[Person]:
    """Return who is told of what somebody did to a booking: custodians where the owner acted, else the owner."""
    own = work.actor.pk == booking.person_id
    return recipients_of(booking.instrument, but=work.actor) if own else [booking.person]


def tell_of_move(work: Work, booking: Booking, left: Instrument, **old: object) -> None:
    """Tell of a move: the owner where a custodian moved it, else the custodians of where it stands and stood.

    Where it must be approved anew, the custodians read a request.
    """
    actor = work.actor
    if actor.pk != booking.person_id:
        tell(work, [booking.person], "booking_moved", booking, actor=str(actor), **old)
        return
    here = recipients_of(booking.instrument, but=actor)
    if booking.state in WAITING_STATES:
        tell(work, here, "booking_requested", booking)
    else:
        tell(work, here, "booking_moved", booking, actor=str(actor), **old)
    if left.pk != booking.instrument_id:
        known = {person.pk for person in here}
        there = [person for person in recipients_of(left, but=actor) if person.pk not in known]
        tell(work, there, "booking_moved", booking, actor=str(actor), **old)
