"""What a booking left behind, for its page: the capability of bookings does not know the records of use."""

from __future__ import annotations

from typing import Any

from django import template

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.shut import shut_for
from instruments.usage.queries.usage import usage_of
from members.permissions import can

register = template.Library()


@register.inclusion_tag("instruments/booking/partials/booking_shut.html")
def shut_for_booking(booking: Booking) -> dict[str, Any]:
    """Say to whoever looks at a coming use why the instrument cannot be used then, where that is so."""
    awaits = booking.kind == BookingKind.USE and booking.state in {
        BookingState.REQUESTED, BookingState.CONFIRMED,
    }  # fmt: skip
    return {"booking": booking, "shut": shut_for(booking) if awaits else None}


@register.inclusion_tag("instruments/booking/partials/booking_usage.html", takes_context=True)
def usage_left_by(context: dict[str, Any], booking: Booking) -> dict[str, Any]:
    """Show the usage record that a booking left, to whoever may see it."""
    reader, usage = context["request"].user, usage_of(booking)
    sees = usage is not None and can(reader, "view_usage", usage)
    return {
        "usage": usage if sees else None,
        "sees_usage": sees,
        "may_correct": usage is not None and can(reader, "correct_usage", usage),
    }
