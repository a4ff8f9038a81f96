"""Actions room: tells people about a booking, inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable

from instruments.models import Booking
from instruments.queries.bookings import told_of
from members.models import Person
from notices.send import notify


def tell(person: Person, kind: str, booking: Booking, **more: object) -> None:
    """Send one notice about a booking; its usual facts fill the sentence, `more` adds to them."""
    instrument = booking.instrument
    notify(
        person,
        kind,
        {
            "instrument": named(booking),
            "person": str(booking.person),
            "start": booking.start,
            "end": booking.end,
            "purpose": booking.purpose,
            "price": booking.price,
            "reason": booking.reason or None,
            "expires": booking.expires_at,
            "place": instrument.address or None,
            **more,
        },
        link=f"/bookings/{booking.pk}/",
    )


def named(booking: Booking) -> dict[str, str]:
    """Return the instrument's name in both languages."""
    instrument = booking.instrument
    return {"zh": instrument.name_zh, "en": instrument.name_en or instrument.name_zh}


def tell_others(actor: Person, booking: Booking, kind: str, **more: object) -> None:
    """Tell the other side: the stewards where the owner acted, the owner where a steward did."""
    people: Iterable[Person] = (
        told_of(booking.instrument) if actor.pk == booking.person_id else [booking.person]
    )
    for person in people:
        if person.pk != actor.pk:
            tell(person, kind, booking, actor=str(actor), **more)
