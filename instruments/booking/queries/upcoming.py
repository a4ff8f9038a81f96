"""Queries room: bookings that still hold time from now on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from instruments.booking.enums import WAITING_STATES, BookingKind, BookingState
from instruments.booking.models import Booking, open_requests
from instruments.inventory.models import Instrument


def upcoming_bookings(instrument: Instrument, now: dt.datetime) -> QuerySet[Booking]:
    """Bookings of an instrument that end later than now and still stand, by start; no mere offers."""
    held = Booking.objects.standing(now).exclude(state__in=[BookingState.COMPLETED, BookingState.OFFERED])
    return held.filter(instrument=instrument, end__gt=now).order_by("start", "pk")


def upcoming_uses(now: dt.datetime) -> QuerySet[Booking]:
    """Bookings and requests of people that end later than now and whose use has not begun, by start."""
    rows = Booking.objects.standing(now).filter(state__in=[*WAITING_STATES, BookingState.CONFIRMED])
    rows = rows.filter(kind=BookingKind.USE, end__gt=now)
    return rows.select_related("instrument__unit", "person").order_by("start", "pk")


def waiting_requests(instruments: Collection[int], now: dt.datetime) -> QuerySet[Booking]:
    """Requests on instruments that can still be decided at a moment, by start."""
    return upcoming_uses(now).filter(open_requests(now), instrument__in=instruments)
