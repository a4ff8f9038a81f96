"""Rules room: what a booking costs."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from instruments.terms.rules.hours import exact_hours


def price(yuan_per_hour: Decimal, start: dt.datetime, end: dt.datetime) -> Decimal:
    """Return the price in yuan, rounded once, half up to the fen. Raises ValueError for a negative rate or length."""
    if yuan_per_hour < 0 or end < start:
        raise ValueError("Neither a rate nor a length is negative.")
    return (yuan_per_hour * exact_hours(start, end)).quantize(Decimal("0.01"), ROUND_HALF_UP)
