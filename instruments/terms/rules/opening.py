"""Rules room: when an instrument is open, from its week and its dated exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from instruments.terms.rules.hours import exact_hours, local_day, local_midnight
from instruments.terms.rules.intervals import Interval, between, clip, merge, subtract


@dataclass(frozen=True, order=True)
class WeeklyPeriod:
    """[opens, closes) in minutes after local midnight on a weekday; 0 is Monday, 1440 is midnight.

    It holds on the local days [since, until). One that keeps holidays is closed on days off, and open on shifted
    working days of its weekday.
    """

    weekday: int
    opens: int
    closes: int
    since: dt.date = dt.date.min
    until: dt.date = dt.date.max
    keeps_holidays: bool = False


@dataclass(frozen=True, order=True)
class DatedException:
    """[start, end): closed although the week says open, or open although it says closed."""

    start: dt.datetime
    end: dt.datetime
    is_open: bool


Holidays = Mapping[dt.date, int | None]
"""Days that are not worked as their weekday: the weekday they are worked like, None for a day off."""
NO_HOLIDAYS: Holidays = {}


def open_intervals(
    periods: Iterable[WeeklyPeriod],
    exceptions: Iterable[DatedException],
    window: Interval,
    holidays: Holidays = NO_HOLIDAYS,
) -> list[Interval]:
    """Return when the instrument is open inside the window: sorted, merged, in UTC.

    Periods that meet at midnight become one. Where a closed and an open exception overlap, closed wins.
    """
    by_weekday: dict[tuple[int | None, bool], list[WeeklyPeriod]] = {}
    for period in periods:
        by_weekday.setdefault((period.weekday, period.keeps_holidays), []).append(period)
    exceptions = list(exceptions)
    opened: list[Interval] = []
    day, last = local_day(window.start), local_day(window.end)
    while day <= last:
        midnight, weekday = local_midnight(day), day.weekday()
        opened += [
            Interval(midnight + dt.timedelta(minutes=p.opens), midnight + dt.timedelta(minutes=p.closes))
            for kind in ((weekday, False), (holidays.get(day, weekday), True))
            for p in by_weekday.get(kind, ())
            if p.since <= day < p.until
        ]
        day += dt.timedelta(days=1)
    opened += [Interval(e.start, e.end) for e in exceptions if e.is_open]
    closed = [Interval(e.start, e.end) for e in exceptions if not e.is_open]
    return subtract(merge(clip(opened, window)), closed)


def open_hours(
    periods: Iterable[WeeklyPeriod],
    exceptions: Iterable[DatedException],
    window: Interval,
    holidays: Holidays = NO_HOLIDAYS,
) -> Decimal:
    """Return the open hours inside the window, half up to two places.

    Whole days without an exception or holiday are counted by weekday, so that a year costs as little as a week.
    """
    periods, exceptions = list(periods), list(exceptions)
    if exceptions or (holidays and any(period.keeps_holidays for period in periods)):
        hours = _hours(open_intervals(periods, exceptions, window, holidays))
    else:
        hours = sum((_counted(*part) for part in _by_week(periods, window)), Decimal())
    return hours.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _by_week(periods: list[WeeklyPeriod], window: Interval) -> Iterator[tuple[list[WeeklyPeriod], Interval]]:
    """Part the window where another week begins to hold."""
    first, last = local_day(window.start), local_day(window.end)
    days = {day for p in periods for day in (p.since, p.until) if first < day <= last}
    edges = [window.start, *(local_midnight(day) for day in sorted(days)), window.end]
    for start, end in pairwise(edges):
        for part in between(start, end):
            day = local_day(part.start)
            yield [p for p in periods if p.since <= day < p.until], part


def _hours(intervals: Iterable[Interval]) -> Decimal:
    return sum((exact_hours(i.start, i.end) for i in intervals), Decimal())


def _counted(periods: list[WeeklyPeriod], window: Interval) -> Decimal:
    """Return the open hours of one week that holds throughout the window."""
    whole = _whole_days(window)
    if whole is None:
        return _hours(open_intervals(periods, (), window))
    first, days = whole
    periods = [WeeklyPeriod(p.weekday, p.opens, p.closes) for p in periods]
    a_week = Interval(local_midnight(first), local_midnight(first + dt.timedelta(days=7)))
    by_day = [Decimal()] * 7
    for interval in open_intervals(periods, (), a_week):
        for offset in range(7):
            midnight = local_midnight(first + dt.timedelta(days=offset))
            for part in clip([interval], Interval(midnight, midnight + dt.timedelta(days=1))):
                by_day[offset] += exact_hours(part.start, part.end)
    hours = sum((by_day[n] * (days // 7 + (n < days % 7)) for n in range(7)), Decimal())
    edges = [
        *between(window.start, local_midnight(first)),
        *between(local_midnight(first + dt.timedelta(days=days)), window.end),
    ]
    return hours + sum((_hours(open_intervals(periods, (), edge)) for edge in edges), Decimal())


def _whole_days(window: Interval) -> tuple[dt.date, int] | None:
    """Return the first local day that lies wholly in the window and how many do, or None for none."""
    first = local_day(window.start)
    if local_midnight(first) < window.start:
        first += dt.timedelta(days=1)
    days = (local_day(window.end) - first).days
    return (first, days) if days > 0 else None
