"""Queries room: when instruments are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from instruments.models import Instrument, OpeningException, OpeningPeriod
from instruments.rules.intervals import Interval
from instruments.rules.opening import DatedException, WeeklyPeriod, open_intervals


def opening_of(instrument: Instrument, window: Interval) -> list[Interval]:
    """Return when one instrument is open inside the window, in at most two queries."""
    periods = [
        WeeklyPeriod(*row)
        for row in OpeningPeriod.objects.filter(instrument=instrument)
        .order_by()
        .values_list("weekday", "opens", "closes")
    ]
    # `locks.lock_instrument` tells whether there is anything to ask for.
    exceptions = (
        exceptions_of([instrument.pk], window)[instrument.pk]
        if getattr(instrument, "has_exceptions", True)
        else []
    )
    return open_intervals(periods, exceptions, window)


def weeks_of(pks: Iterable[int] | None) -> dict[int, tuple[WeeklyPeriod, ...]]:
    """Return the sorted weekly periods of many instruments (None: of all) in one query; those without are missing."""
    rows = OpeningPeriod.objects.order_by("instrument", "weekday", "opens")
    if pks is not None:
        rows = rows.filter(instrument__in=list(pks))
    weeks: dict[int, list[WeeklyPeriod]] = defaultdict(list)
    for pk, weekday, opens, closes in rows.values_list("instrument_id", "weekday", "opens", "closes"):
        weeks[pk].append(WeeklyPeriod(weekday, opens, closes))
    return {pk: tuple(week) for pk, week in weeks.items()}


def exceptions_of(pks: Iterable[int] | None, window: Interval) -> defaultdict[int, list[DatedException]]:
    """Return the dated exceptions of many instruments (None: of all) that touch the window, in one query."""
    rows = OpeningException.objects.filter(start__lt=window.end, end__gt=window.start).order_by()
    if pks is not None:
        rows = rows.filter(instrument__in=list(pks))
    found: defaultdict[int, list[DatedException]] = defaultdict(list)
    for pk, start, end, is_open in rows.values_list("instrument_id", "start", "end", "is_open"):
        found[pk].append(DatedException(start, end, is_open))
    return found
