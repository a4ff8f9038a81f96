"""Queries room: when instruments are open."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
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


@dataclass(frozen=True)
class ClockHours:
    """Between which minutes after midnight an instrument ever is open, and whether it stays open past midnight."""

    first: int
    last: int
    overnight: bool


def opening_of(instrument: Instrument, window: Interval) -> list[Interval]:
    """Return when one instrument is open inside the window, in one query."""
    periods, exceptions = _read(instrument, Q(start__lt=window.end, end__gt=window.start))
    return open_intervals(periods, exceptions, window)


def clock_hours(instrument: Instrument) -> ClockHours:
    """Return between which times of the day one can ever book, by the week and what is opened besides; one query.

    An instrument that is never open has the whole day: the rules then say why nothing can be booked.
    """
    periods, exceptions = _read(instrument, Q(end__gt=timezone.now(), is_open=True))
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


def _read(instrument: Instrument, which: Q) -> tuple[list[WeeklyPeriod], list[DatedException]]:
    """Read the week and the exceptions in one query."""
    nothing: dict[str, models.Field[Any, Any]] = {
        "start": models.DateTimeField(), "end": models.DateTimeField(), "is_open": models.BooleanField()
    }  # fmt: skip
    week = (
        OpeningPeriod.objects.filter(instrument=instrument)
        .order_by()
        .annotate(**{f"no_{name}": Value(None, output_field=kind) for name, kind in nothing.items()})
        .values_list("weekday", "opens", "closes", *(f"no_{name}" for name in nothing))
    )
    whole = models.SmallIntegerField()
    dated = (
        OpeningException.objects.filter(which, instrument=instrument)
        .order_by()
        .annotate(
            **{f"no_{name}": Value(None, output_field=whole) for name in ("weekday", "opens", "closes")}
        )
        .values_list("no_weekday", "no_opens", "no_closes", *nothing)
    )
    periods, exceptions = [], []
    for weekday, opens, closes, start, end, is_open in week.union(dated, all=True):
        if start is None:
            periods.append(WeeklyPeriod(weekday, opens, closes))
        else:
            exceptions.append(DatedException(start, end, is_open))
    return periods, exceptions


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
