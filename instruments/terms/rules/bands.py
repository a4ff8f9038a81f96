"""Rules room: stretches that come back every day by the clock, as the night and the busy hours do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval, clip

EVERY_DAY = range(7)
WORKDAYS = range(5)


def daily(
    begins: dt.time, ends: dt.time, window: Interval, weekdays: Collection[int] = EVERY_DAY
) -> list[Interval]:
    """Return [begins, ends) of every local day that meets the window, inside it; over midnight where it ends earlier.

    `weekdays` are the days on which it begins, 0 is Monday.
    """
    day, last = local_day(window.start) - dt.timedelta(days=1), local_day(window.end)
    found = []
    while day <= last:
        midnight = local_midnight(day)
        if day.weekday() in weekdays:
            until = midnight if ends > begins else midnight + dt.timedelta(days=1)
            found.append(Interval(midnight + _of(begins), until + _of(ends)))
        day += dt.timedelta(days=1)
    return clip(found, window)


def _of(clock: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
