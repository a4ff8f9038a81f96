"""Queries room: what the page of one booking shows beside the booking itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from audit.models import Entry
from instruments.booking.models import Booking
from instruments.terms.rules.hours import hours_between
from instruments.terms.rules.pricing import price


@dataclass(frozen=True)
class Bill:
    """Yuan per hour, the hours they were counted for, and the frozen price.

    `adds_up` if their product is the price; `was_shortened` where an early check-out gave time back.
    """

    yuan_per_hour: Decimal
    hours: Decimal
    price: Decimal
    adds_up: bool
    was_shortened: bool


def history_of(booking: Booking) -> list[Entry]:
    """Return what the history says of a booking, oldest first, with the actors; refusals are left out."""
    rows = Entry.objects.filter(target_type=Booking._meta.label_lower, target_id=str(booking.pk))
    return list(rows.exclude(verb__endswith=".refused").select_related("actor").order_by("sequence"))


def bill_of(booking: Booking, entries: list[Entry]) -> Bill:
    """Return the price as it came about: for the time booked, also where an early check-out gave some back."""
    start, end = booking.start, booking.end
    for entry in entries:
        if entry.verb == "instruments.booking.completed" and entry.before:
            start, end = moment(entry.before, "start") or start, moment(entry.before, "end") or end
    return Bill(
        booking.yuan_per_hour,
        hours_between(start, end),
        booking.price,
        price(booking.yuan_per_hour, start, end) == booking.price,
        end > booking.end,
    )


def moment(facts: object, key: str) -> dt.datetime | None:
    """Read a moment out of the facts of a history entry; None where there is none."""
    text = facts.get(key) if isinstance(facts, dict) else None
    if not isinstance(text, str):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
