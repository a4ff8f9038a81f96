"""Rules room: when an instrument is open, from its week and its dated exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from instruments.terms.rules.hours import exact_hours, local_day, local_midnight
from instruments.terms.rules.intervals import Interval, between, clip, merge, subtract


@dataclass(frozen=True, order=True)
class WeeklyPeriod:
    """[opens, closes) in minutes after local midnight on a weekday; 0 is Monday, 1440 is midnight."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, order=True)
class DatedException:
    """[start, end): closed although the week says open, or open although it says closed."""

    start: dt.datetime
    end: dt.datetime
    is_open: bool


def open_intervals(
    periods: Iterable[WeeklyPeriod], exceptions: Iterable[DatedException], window: Interval
) -> list[Interval]:
    """Return when the instrument is open inside the window: sorted, merged, in UTC.

    Periods that meet at midnight become one. Where a closed and an open exception overlap, closed wins.
    """
    by_weekday: dict[int, list[WeeklyPeriod]] = {}
    for period in periods:
        by_weekday.setdefault(period.weekday, []).append(period)
    exceptions = list(exceptions)
    opened: list[Interval] = []
    day, last = local_day(window.start), local_day(window.end)
    while day <= last:
        midnight = local_midnight(day)
        opened += [
            Interval(midnight + dt.timedelta(minutes=p.opens), midnight + dt.timedelta(minutes=p.closes))
            for p in by_weekday.get(day.weekday(), ())
        ]
        day += dt.timedelta(days=1)
    opened += [Interval(e.start, e.end) for e in exceptions if e.is_open]
    closed = [Interval(e.start, e.end) for e in exceptions if not e.is_open]
    return subtract(merge(clip(opened, window)), closed)


def open_hours(
    periods: Iterable[WeeklyPeriod], exceptions: Iterable[DatedException], window: Interval
) -> Decimal:
    """Return the open hours inside the window, half up to two places.

    Whole days without an exception are counted by weekday, so that a year costs as little as a week.
    """
    periods, exceptions = list(periods), list(exceptions)
    whole = _whole_days(window)
    if whole is None or exceptions:
        hours = sum(
            (exact_hours(i.start, i.end) for i in open_intervals(periods, exceptions, window)), Decimal()
        )
        return hours.quantize(Decimal("0.01"), ROUND_HALF_UP)
    first, days = whole
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
    for edge in edges:
        hours += sum((exact_hours(i.start, i.end) for i in open_intervals(periods, (), edge)), Decimal())
    return hours.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _whole_days(window: Interval) -> tuple[dt.date, int] | None:
    """Return the first local day that lies wholly in the window and how many do, or None for none."""
    first = local_day(window.start)
    if local_midnight(first) < window.start:
        first += dt.timedelta(days=1)
    days = (local_day(window.end) - first).days
    return (first, days) if days > 0 else None
