"""Queries room: when instruments are open."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.utils import timezone

from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException, OpeningPeriod
from instruments.terms.rules.hours import local_day, since_local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.opening import DatedException, WeeklyPeriod, open_intervals

_DAY = 24 * 60
_WEEKLY = ("weekday", "opens", "closes", "valid_from", "valid_to")


@dataclass(frozen=True)
class ClockHours:
    """Between which minutes after midnight an instrument ever is open, and whether it stays open past midnight."""

    first: int
    last: int
    overnight: bool


def opening_of(instrument: Instrument, window: Interval) -> list[Interval]:
    """Return when one instrument is open inside the window, in one query."""
    periods, exceptions = _read(instrument, Q(start__lt=window.end, end__gt=window.start), window)
    return open_intervals(periods, exceptions, window)


def clock_hours(instrument: Instrument) -> ClockHours:
    """Return between which times of the day one can ever book, by the week and what is opened besides; one query.

    An instrument that is never open has the whole day: the rules then say why nothing can be booked.
    """
    periods, exceptions = _read(instrument, Q(end__gt=timezone.now(), is_open=True), None)
    spans = [(period.opens, period.closes) for period in periods]
    closes = {period.weekday for period in periods if period.closes == _DAY}
    overnight = any(period.opens == 0 and (period.weekday - 1) % 7 in closes for period in periods)
    for opened in exceptions:
        if local_day(opened.start) == local_day(opened.end):
            spans.append((_minute(opened.start), _minute(opened.end)))
        else:
            spans.append((0, _DAY))
            overnight = True
    if not spans:
        return ClockHours(0, _DAY, overnight=False)
    return ClockHours(min(first for first, _ in spans), max(last for _, last in spans), overnight)


def _minute(moment: dt.datetime) -> int:
    return since_local_midnight(moment) // dt.timedelta(minutes=1)


def _read(
    instrument: Instrument, which: Q, window: Interval | None
) -> tuple[list[WeeklyPeriod], list[DatedException]]:
    """Read the weeks of a window (None: from today on) and the exceptions in one query."""
    first = timezone.localdate() if window is None else local_day(window.start)
    last = None if window is None else local_day(window.end)
    nothing: dict[str, models.Field[Any, Any]] = {
        "start": models.DateTimeField(), "end": models.DateTimeField(), "is_open": models.BooleanField()
    }  # fmt: skip
    week = (
        OpeningPeriod.objects.touching(first, last)
        .filter(instrument=instrument)
        .order_by()
        .annotate(**{f"no_{name}": Value(None, output_field=kind) for name, kind in nothing.items()})
        .values_list(*_WEEKLY, *(f"no_{name}" for name in nothing))
    )
    whole: dict[str, models.Field[Any, Any]] = {
        name: models.DateField() if name.startswith("valid") else models.SmallIntegerField()
        for name in _WEEKLY
    }
    dated = (
        OpeningException.objects.filter(which, instrument=instrument)
        .order_by()
        .annotate(**{f"no_{name}": Value(None, output_field=kind) for name, kind in whole.items()})
        .values_list(*(f"no_{name}" for name in _WEEKLY), *nothing)
    )
    periods, exceptions = [], []
    for *weekly, start, end, is_open in week.union(dated, all=True):
        if start is None:
            periods.append(_period(weekly, first, last))
        else:
            exceptions.append(DatedException(start, end, is_open))
    return periods, exceptions


def _period(weekly: Sequence[Any], first: dt.date, last: dt.date | None) -> WeeklyPeriod:
    """Make a period; where it holds on all days asked for it says nothing of days, so that equal weeks are equal."""
    weekday, opens, closes, valid_from, valid_to = weekly
    since = dt.date.min if valid_from <= first else valid_from
    until = dt.date.max if valid_to is None or (last is not None and valid_to > last) else valid_to
    return WeeklyPeriod(weekday, opens, closes, since, until)


def weeks_of(
    pks: Iterable[int] | None, window: Interval | None = None
) -> dict[int, tuple[WeeklyPeriod, ...]]:
    """Return the sorted weekly periods of many instruments (None: of all) in one query; those without are missing.

    All weeks that hold on some day of the window, each period with its days; without a window the week of today.
    """
    first = timezone.localdate() if window is None else local_day(window.start)
    last = first if window is None else local_day(window.end)
    rows = OpeningPeriod.objects.touching(first, last).order_by(
        "instrument", "valid_from", "weekday", "opens"
    )
    if pks is not None:
        rows = rows.filter(instrument__in=list(pks))
    weeks: dict[int, list[WeeklyPeriod]] = defaultdict(list)
    for pk, *weekly in rows.values_list("instrument_id", *_WEEKLY):
        weeks[pk].append(_period(weekly, first, last))
    return {pk: tuple(week) for pk, week in weeks.items()}


def coming_weeks(instrument: Instrument, day: dt.date) -> dict[dt.date, tuple[WeeklyPeriod, ...]]:
    """Return the weeks that begin to hold after a day: by first day, sorted; an empty one means closed."""
    rows = list(OpeningPeriod.objects.touching(day).filter(instrument=instrument))
    edges = {edge for row in rows for edge in (row.valid_from, row.valid_to) if edge is not None}
    found = {}
    for edge in sorted(edge for edge in edges if edge > day):
        held = [
            row for row in rows if row.valid_from <= edge and (row.valid_to is None or row.valid_to > edge)
        ]
        found[edge] = tuple(sorted(WeeklyPeriod(row.weekday, row.opens, row.closes) for row in held))
    return found


def exceptions_of(pks: Iterable[int] | None, window: Interval) -> defaultdict[int, list[DatedException]]:
    """Return the dated exceptions of many instruments (None: of all) that touch the window, in one query."""
    rows = OpeningException.objects.filter(start__lt=window.end, end__gt=window.start).order_by()
    if pks is not None:
        rows = rows.filter(instrument__in=list(pks))
    found: defaultdict[int, list[DatedException]] = defaultdict(list)
    for pk, start, end, is_open in rows.values_list("instrument_id", "start", "end", "is_open"):
        found[pk].append(DatedException(start, end, is_open))
    return found
