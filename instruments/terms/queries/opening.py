"""Queries room: when instruments are open."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.utils import timezone

from changes.remembered import Given, Remembered
from instruments.inventory.models import Instrument
from instruments.terms.models import Holiday, OpeningException, OpeningPeriod, held_between
from instruments.terms.rules.hours import local_day, since_local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.opening import (
    NO_HOLIDAYS,
    DatedException,
    Holidays,
    WeeklyPeriod,
    open_hours,
    open_intervals,
)

_DAY = 24 * 60
_WEEKLY = ("weekday", "opens", "closes", "keeps_holidays", "valid_from", "valid_to")


@dataclass(frozen=True)
class ClockHours:
    """Between which minutes after midnight an instrument ever is open, and whether it stays open past midnight."""

    first: int
    last: int
    overnight: bool


class Opening:
    """When instruments of the same week and exceptions are open inside one window."""

    def __init__(
        self,
        week: Iterable[WeeklyPeriod],
        exceptions: Iterable[DatedException],
        window: Interval,
        holidays: Holidays = NO_HOLIDAYS,
    ) -> None:
        self._week, self._exceptions, self._window = tuple(week), tuple(exceptions), window
        self._holidays = holidays

    @cached_property
    def intervals(self) -> list[Interval]:
        """The open time: sorted, merged, in UTC."""
        return open_intervals(self._week, self._exceptions, self._window, self._holidays)

    @cached_property
    def hours(self) -> Decimal:
        """The open hours, half up to two places."""
        return open_hours(self._week, self._exceptions, self._window, self._holidays)


def openings_of(pks: Iterable[int] | None, window: Interval) -> Mapping[int, Opening]:
    """Return the opening of many instruments (None: of all) inside a window, in one query.

    Those of the same week and exceptions share one object, so that each different one is worked out once; an
    instrument without any has a closed one.
    """
    first, last = local_day(window.start), local_day(window.end)
    some = None if pks is None else list(pks)
    if some is not None and len(some) == 1:
        rows = _OF_ONE.ask(instrument=some[0], first=first, last=last, start=window.start, end=window.end)
    else:
        rows = list(_rows(some, Q(start__lt=window.end, end__gt=window.start), first, last))
    weeks: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    exceptions: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    holidays: dict[dt.date, int | None] = {}
    for pk, weekday, opens, closes, keeps, valid_from, valid_to, start, end, is_open in rows:
        if pk is None:
            holidays[valid_from] = weekday
        elif start is None:
            weeks[pk].append((weekday, opens, closes, *_days(valid_from, valid_to, first, last), bool(keeps)))
        else:
            exceptions[pk].append((start, end, is_open))
    known: dict[object, Opening] = {}
    closed = Opening((), (), window)
    found: dict[int, Opening] = defaultdict(lambda: closed)
    for pk in weeks.keys() | exceptions.keys():
        key = (tuple(sorted(weeks[pk])), tuple(sorted(exceptions[pk])))
        if key not in known:
            known[key] = Opening(
                [WeeklyPeriod(*period) for period in key[0]],
                [DatedException(*dated) for dated in key[1]],
                window,
                holidays,
            )
        found[pk] = known[key]
    return found


def opening_of(instrument: Instrument, window: Interval) -> list[Interval]:
    """Return when one instrument is open inside the window, in one query."""
    return openings_of([instrument.pk], window)[instrument.pk].intervals


def clock_hours(instrument: Instrument) -> ClockHours:
    """Return between which times of the day one can ever book, by the week and what is opened besides; one query.

    An instrument that is never open has the whole day: the rules then say why nothing can be booked.
    """
    rows = list(_rows([instrument.pk], Q(end__gt=timezone.now(), is_open=True), timezone.localdate(), None))
    week = [
        (weekday, opens, closes)
        for pk, weekday, opens, closes, *_days, start, _end, _o in rows
        if start is None and pk is not None
    ]
    spans = [(opens, closes) for _weekday, opens, closes in week]
    until_midnight = {weekday for weekday, _opens, closes in week if closes == _DAY}
    overnight = any(opens == 0 and (weekday - 1) % 7 in until_midnight for weekday, opens, _closes in week)
    for start, end in ((start, end) for *_week, start, end, _o in rows if start is not None):
        if local_day(start) == local_day(end):
            spans.append((_minute(start), _minute(end)))
        else:
            spans.append((0, _DAY))
            overnight = True
    if not spans:
        return ClockHours(0, _DAY, overnight=False)
    return ClockHours(min(first for first, _ in spans), max(last for _, last in spans), overnight)


def _minute(moment: dt.datetime) -> int:
    return since_local_midnight(moment) // dt.timedelta(minutes=1)


def _rows(
    pks: Collection[int] | None, which: Q, first: dt.date, last: dt.date | None
) -> models.QuerySet[Any, tuple[Any, ...]]:
    """Read the weeks that hold on some day from `first` to `last`, those exceptions and the holidays, in one query.

    Each row is the key of the instrument, then a weekly period, then an exception: one of the two is all None. A
    holiday has no key, its weekday is the one it is worked like, and it stands where periods say since when they hold.
    """
    periods, dated = _PERIODS.filter(held_between(first, last)), _DATED.filter(which)
    if pks is not None:
        periods, dated = periods.filter(instrument__in=pks), dated.filter(instrument__in=pks)
    off = _HOLIDAYS.filter(day__gte=first)
    return periods.union(dated, off if last is None else off.filter(day__lte=last), all=True)


def _of_one() -> models.QuerySet[Any, tuple[Any, ...]]:
    first, last = Given("first", models.DateField()), Given("last", models.DateField())
    start, end = Given("start", models.DateTimeField()), Given("end", models.DateTimeField())
    mine = Q(instrument=Given("instrument", models.IntegerField()))
    periods = _PERIODS.filter(held_between(first, last), mine)
    dated = _DATED.filter(mine, start__lt=end, end__gt=start)
    return periods.union(dated, _HOLIDAYS.filter(day__gte=first, day__lte=last), all=True)


_OF_ONE = Remembered(_of_one)


_FIELDS: dict[str, models.Field[Any, Any]] = {
    "weekday": models.SmallIntegerField(),
    "opens": models.SmallIntegerField(),
    "closes": models.SmallIntegerField(),
    "keeps_holidays": models.BooleanField(),
    "instrument": models.IntegerField(),
    "valid_from": models.DateField(),
    "valid_to": models.DateField(),
    "start": models.DateTimeField(),
    "end": models.DateTimeField(),
    "is_open": models.BooleanField(),
}
_DATES = ("start", "end", "is_open")


def _no(*names: str) -> dict[str, Value]:
    return {f"no_{name}": Value(None, output_field=_FIELDS[name]) for name in names}


_PERIODS = (
    OpeningPeriod.objects.order_by()
    .annotate(**_no(*_DATES))
    .values_list("instrument_id", *_WEEKLY, *_no(*_DATES))
)
_DATED = (
    OpeningException.objects.order_by()
    .annotate(**_no(*_WEEKLY))
    .values_list("instrument_id", *_no(*_WEEKLY), *_DATES)
)
_HOLIDAYS = (
    Holiday.objects.order_by()
    .annotate(**_no("instrument", "opens", "closes", "keeps_holidays", "valid_to", *_DATES))
    .values_list(
        *("no_instrument", "works_like", "no_opens", "no_closes", "no_keeps_holidays", "day", "no_valid_to"),
        *(f"no_{name}" for name in _DATES),
    )
)


def _days(
    valid_from: dt.date, valid_to: dt.date | None, first: dt.date, last: dt.date
) -> tuple[dt.date, dt.date]:
    """Return the days on which a period holds; one that holds on all days asked for says nothing of days.

    So equal weeks are equal, whenever they began.
    """
    since = dt.date.min if valid_from <= first else valid_from
    until = dt.date.max if valid_to is None or valid_to > last else valid_to
    return since, until


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
    columns = rows.values_list("instrument_id", *_WEEKLY)
    for pk, weekday, opens, closes, keeps, valid_from, valid_to in columns:
        held = _days(valid_from, valid_to, first, last)
        weeks[pk].append(WeeklyPeriod(weekday, opens, closes, *held, keeps))
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


def holidays_in(window: Interval) -> Holidays:
    """Return the public holidays and shifted working days that meet a window, in one query."""
    first, last = local_day(window.start), local_day(window.end)
    return dict(Holiday.objects.filter(day__gte=first, day__lte=last).values_list("day", "works_like"))


def holiday_that_closes(instrument: Instrument, day: dt.date) -> Holiday | None:
    """Return the public holiday for which an instrument is closed on a day, if its week keeps them; one query."""
    week = OpeningPeriod.objects.touching(day, day).filter(instrument=instrument, keeps_holidays=True)
    return Holiday.objects.filter(models.Exists(week), day=day, works_like=None).first()


def exceptions_of(pks: Iterable[int], window: Interval) -> defaultdict[int, list[DatedException]]:
    """Return the dated exceptions of many instruments that touch the window, in one query."""
    rows = OpeningException.objects.filter(
        instrument__in=list(pks), start__lt=window.end, end__gt=window.start
    ).order_by()
    found: defaultdict[int, list[DatedException]] = defaultdict(list)
    for pk, start, end, is_open in rows.values_list("instrument_id", "start", "end", "is_open"):
        found[pk].append(DatedException(start, end, is_open))
    return found
