"""Rules room: hours as exact decimals, and the local clock of the network."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from folding.times import LOCAL

DAY_MINUTES = 24 * 60
EARLIEST = dt.datetime(1992, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
"""Outside these two, conversions between zones may overflow; since 1992 the zone knows no summer time."""

_DAY = dt.timedelta(days=1)
_MICROSECOND = dt.timedelta(microseconds=1)
_MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)
_HUNDREDTH = Decimal("0.01")
_A_LOCAL_MIDNIGHT = dt.datetime(2000, 1, 1, tzinfo=LOCAL)


def is_convertible(moment: dt.datetime) -> bool:
    """Tell whether an aware moment can be shown in every zone. Works for any moment, without converting it."""
    return EARLIEST <= moment < LATEST


def exact_hours(start: dt.datetime, end: dt.datetime) -> Decimal:
    """Return the hours from start to end, unrounded (28 digits)."""
    return Decimal((end - start) // _MICROSECOND) / _MICROSECONDS_PER_HOUR


def hours_between(start: dt.datetime, end: dt.datetime) -> Decimal:
    """Return the hours from start to end, half up to two places."""
    return exact_hours(start, end).quantize(_HUNDREDTH, ROUND_HALF_UP)


def since_local_midnight(moment: dt.datetime) -> dt.timedelta:
    """Return the time since the last local midnight; never overflows, whatever the year."""
    return (moment - _A_LOCAL_MIDNIGHT) % _DAY


def local_day(moment: dt.datetime) -> dt.date:
    """Return the local date of a convertible moment."""
    return moment.astimezone(LOCAL).date()


def local_midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a local day, in UTC."""
    return dt.datetime.combine(day, dt.time(), LOCAL).astimezone(dt.UTC)


def round_up(moment: dt.datetime, step_minutes: int) -> dt.datetime:
    """Return the first moment not before this one on the grid of steps from local midnight."""
    step = dt.timedelta(minutes=step_minutes)
    past = since_local_midnight(moment)
    late = past % step
    if not late:
        return moment
    # A step that does not divide the day starts afresh at midnight.
    return moment + min(step - late, _DAY - past)
