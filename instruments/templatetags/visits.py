"""What a booking left behind, for its page: the capability of bookings does not know the records of use."""

from __future__ import annotations

from typing import Any

from django import template

from instruments.booking.models import Booking
from instruments.usage.queries.usage import usage_of
from members.permissions import can

register = template.Library()


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
