"""Queries room: what the page of one booking shows beside the booking itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from instruments.booking.models import Booking, BookingStep
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


def steps_of(booking: Booking) -> list[BookingStep]:
    """Return the steps of a booking's life, oldest first, with who took them; one query."""
    return list(booking.steps.select_related("by").order_by("at", "pk"))


def bill_of(booking: Booking) -> Bill:
    """Return the price as it came about: for the time booked, also where an early check-out gave some back."""
    start, end = booking.start, booking.booked_end
    return Bill(
        booking.yuan_per_hour,
        hours_between(start, end),
        booking.price,
        price(booking.yuan_per_hour, start, end) == booking.price,
        end > booking.end,
    )
