"""Rules room: how urgent upkeep is, and at which free times it could be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from folding.times import LOCAL
from instruments.terms.rules.hours import local_day, round_up
from instruments.terms.rules.intervals import Interval

OVERDUE, SOON, LATER, OPEN = "overdue", "soon", "later", "open"


def urgency(day: dt.date | None, today: dt.date, notice_days: int) -> str:
    """Tell how urgent something is: overdue after its day, soon from so many days before it on; open without a day."""
    if day is None:
        return OPEN
    if day < today:
        return OVERDUE
    return SOON if (day - today).days <= notice_days else LATER


def proposed_times(
    free: Mapping[int, Sequence[Interval]],
    *,
    earliest: dt.datetime,
    minutes: int,
    step: int,
    preferred: dt.time | None,
    count: int,
) -> list[tuple[Interval, int]]:
    """Return the first times of that length in which a station is free, one a day, each with its station.

    At the preferred time of day, on the days on which that is free; where it never is, or none is preferred, at the
    earliest of the day on the grid of steps.
    """
    length = dt.timedelta(minutes=minutes)
    first: dict[dt.date, tuple[Interval, int]] = {}
    wanted: dict[dt.date, tuple[Interval, int]] = {}
    for station in sorted(free):
        for stretch in free[station]:
            start = round_up(max(stretch.start, earliest), step)
            day = local_day(start)
            while start + length <= stretch.end:
                slot = (Interval(start, start + length), station)
                if day not in first or slot[0].start < first[day][0].start:
                    first[day] = slot
                if preferred is not None:
                    liked = dt.datetime.combine(day, preferred, LOCAL).astimezone(dt.UTC)
                    if start <= liked and liked + length <= stretch.end:
                        wanted.setdefault(day, (Interval(liked, liked + length), station))
                day += dt.timedelta(days=1)
                start = dt.datetime.combine(day, dt.time(), LOCAL).astimezone(dt.UTC)
    return [slot for _day, slot in sorted((wanted or first).items())][:count]
