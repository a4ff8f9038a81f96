"""Rules room: what a usage record must be like before it is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from changes.errors import Sentence
from instruments.booking.enums import Purpose
from instruments.terms.rules.hours import EARLIEST, hours_between, is_convertible, local_day
from instruments.usage.enums import UserKind
from instruments.usage.errors import usage_problem

LONGEST_DAYS = 366
MOST_STATIONS = 32_767
_MOST_HOURS = Decimal("999999.99")
_MOST_MONEY = Decimal("9999999999.99")
_MOST_SAMPLES = 1_000_000
_TEXTS = {"record_id": 50, "user_name": 50, "user_unit": 100, "because": 200}


@dataclass(frozen=True)
class UsageEntry:
    """One use as somebody reports it: hours and yuan are exact, [start, end) aware.

    Effective hours are start-up + measurement + post-processing; the measurement is what the other two leave.
    """

    record_id: str
    instrument_code: str
    start: dt.datetime
    end: dt.datetime
    effective_hours: Decimal
    user_kind: str
    purpose: str
    samples: int = 0
    income: Decimal = Decimal("0.00")
    user_name: str = ""
    user_unit: str = ""
    startup_hours: Decimal = Decimal("0.00")
    processing_hours: Decimal = Decimal("0.00")
    station: int = 1
    because: str = ""
    """Why it is true although it is unusual."""

    @property
    def measurement_hours(self) -> Decimal:
        """Effective hours without start-up and post-processing."""
        return self.effective_hours - self.startup_hours - self.processing_hours


Problems = list[tuple[str, Sentence]]


def entry_problems(
    entry: UsageEntry, now: dt.datetime, station_count: int, started_on: dt.date | None = None
) -> Problems:
    """Return every wrong field with its sentence, in a fixed order; an empty list means the entry can be written.

    No use lies before the local day on which the instrument was put to use (启用日期), where that is given.
    Hours may not exceed the interval's length, both to two places. No moment makes it overflow.
    """
    problems: Problems = _text_problems(entry)
    times = _time_problems(entry, now)
    if not times and started_on is not None and local_day(entry.start) < started_on:
        times.append(("start", usage_problem("before_service", limit=started_on.isoformat())))
    problems += times
    figures = _figure_problems(entry)
    problems += figures
    if not times and not any(field == "effective_hours" for field, _ in figures):
        limit = hours_between(entry.start, entry.end)
        if entry.effective_hours > limit:
            problems.append(("effective_hours", usage_problem("hours_exceed", limit=limit)))
    if not any(field.endswith("_hours") for field, _ in figures) and entry.measurement_hours < 0:
        problems.append(("effective_hours", usage_problem("parts_exceed")))
    for field, value, choices in (
        ("user_kind", entry.user_kind, UserKind),
        ("purpose", entry.purpose, Purpose),
    ):
        if value not in choices.values:
            known = ", ".join(f"{code} ({label})" for code, label in choices.choices)
            problems.append((field, usage_problem("unknown_choice", limit=known)))
    if not 1 <= entry.station <= station_count:
        problems.append(("station", usage_problem("unknown_station", limit=station_count)))
    return problems


def _text_problems(entry: UsageEntry) -> Problems:
    problems: Problems = []
    if not entry.record_id.strip():
        problems.append(("record_id", usage_problem("blank")))
    for field, limit in _TEXTS.items():
        value = getattr(entry, field)
        if len(value) > limit:
            problems.append((field, usage_problem("long", limit=limit)))
        if "\0" in value:
            problems.append((field, usage_problem("characters")))
    return problems


def _time_problems(entry: UsageEntry, now: dt.datetime) -> Problems:
    if entry.start.tzinfo is None or entry.end.tzinfo is None:
        return [
            (field, usage_problem("naive"))
            for field in ("start", "end")
            if getattr(entry, field).tzinfo is None
        ]
    if entry.end <= entry.start:
        return [("end", usage_problem("interval"))]
    problems: Problems = []
    if entry.end > now:
        problems.append(("end", usage_problem("future")))
    if entry.end - entry.start > dt.timedelta(days=LONGEST_DAYS):
        problems.append(("end", usage_problem("longest", limit=LONGEST_DAYS)))
    if not is_convertible(entry.start) and entry.start < now:
        problems.append(("start", usage_problem("ancient", limit=EARLIEST.year)))
    return problems


def _figure_problems(entry: UsageEntry) -> Problems:
    problems: Problems = []
    for field, most in (
        ("effective_hours", _MOST_HOURS),
        ("startup_hours", _MOST_HOURS),
        ("processing_hours", _MOST_HOURS),
        ("income", _MOST_MONEY),
    ):
        value: Decimal = getattr(entry, field)
        if not value.is_finite() or value > most:
            problems.append((field, usage_problem("large", limit=f"{most:,}")))
        elif value < 0:
            problems.append((field, usage_problem("negative")))
        elif value != value.quantize(Decimal("0.01")):
            problems.append((field, usage_problem("places")))
    if entry.samples < 0:
        problems.append(("samples", usage_problem("negative")))
    elif entry.samples > _MOST_SAMPLES:
        problems.append(("samples", usage_problem("large", limit=f"{_MOST_SAMPLES:,}")))
    return problems
