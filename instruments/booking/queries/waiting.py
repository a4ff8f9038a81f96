"""Queries room: how a request waits for its decision by the rules of an instrument."""

from __future__ import annotations

import datetime as dt

from instruments.booking.enums import WAITING_STATES
from instruments.booking.models import Booking
from instruments.booking.rules.requests import Waiting, waits
from instruments.inventory.models import Instrument
from instruments.terms.models import BookingPolicy
from instruments.terms.queries.policy import policy_of


def waiting_on(
    policy: BookingPolicy, start: dt.datetime, asked: dt.datetime, now: dt.datetime, *, held: bool = False
) -> Waiting:
    """Return how a request for that start, asked then, waits now under a policy; what is `held` stays so."""
    hold = None if held else policy.requests_hold_hours
    return waits(policy.request_expiry_hours, hold, start, asked, now)


def rivals(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> int:
    """Return how many ask for a part of [start, end) now; no query where requests hold their time."""
    if policy_of(instrument).requests_hold_hours is None:
        return 0
    rows = Booking.objects.standing().filter(instrument=instrument, state__in=WAITING_STATES)
    return rows.overlapping(start, end).count()
