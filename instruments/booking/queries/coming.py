"""Queries room: bookings that still hold time from now on."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument


def coming_bookings(instrument: Instrument, now: dt.datetime) -> QuerySet[Booking]:
    """Bookings of an instrument that end later than now and still hold their time, by start."""
    held = Booking.objects.holding(now).exclude(state=BookingState.COMPLETED)
    return held.filter(instrument=instrument, end__gt=now).order_by("start", "pk")
