"""Rules room: when what is done again and again falls due, by the calendar or by hours of use, whichever is first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta

DAYS, MONTHS = "days", "months"
CALENDAR, USE, VALIDITY = "calendar", "use", "validity"


@dataclass(frozen=True)
class Repeat:
    """How often: every so many days or months, every so many hours of use, or both; None: not by that."""

    every: int | None = None
    unit: str = DAYS
    hours: int | None = None


@dataclass(frozen=True)
class Due:
    """When something falls due, and by what; without a day it is not known yet, for it waits for hours of use.

    `hours_left`: how many of them are left, where it goes by them.
    """

    day: dt.date | None
    because: str
    hours_left: Decimal | None


def later(day: dt.date, every: int, unit: str) -> dt.date:
    """Return the day so many days or months later; of a month too short for the day, its last one."""
    return day + (relativedelta(months=every) if unit == MONTHS else dt.timedelta(days=every))


def next_due(
    repeat: Repeat,
    since: dt.date,
    *,
    used: Iterable[tuple[dt.date, Decimal]] = (),
    valid_until: dt.date | None = None,
) -> Due:
    """Return when it falls due next, counted from `since`, the day on which it was last done or the plan begins.

    By the calendar on the day the interval has passed; by use on the day on which the hours since then are reached
    (`used`: hours by day, in their order, what was used before or on that day left out); by the certificate on the last
    day on which it is valid. Whichever is first counts, and of two on one day the one named first here.
    """
    found: list[tuple[dt.date, str]] = []
    if repeat.every is not None:
        found.append((later(since, repeat.every, repeat.unit), CALENDAR))
    left: Decimal | None = None
    if repeat.hours is not None:
        left = Decimal(repeat.hours)
        for day, hours in used:
            if day > since and left > 0:
                left -= hours
                if left <= 0:
                    found.append((day, USE))
        left = max(left, Decimal(0))
    if valid_until is not None:
        found.append((valid_until, VALIDITY))
    if not found:
        return Due(None, USE, left)
    day, because = min(found, key=lambda pair: pair[0])
    return Due(day, because, left)
