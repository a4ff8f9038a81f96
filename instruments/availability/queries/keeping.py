"""Queries room: the process's own index of free time, brought up to date before every answer.

Every step of a booking and every change of terms or record leaves a row in the transaction that makes it. What was left
since the last look is read, and the instruments it names are read again: one query where nothing has happened. Rows may
become visible out of order, so the last minute of them is looked at again each time, each row taken once.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Value

from instruments.availability.models import AvailabilityChange
from instruments.availability.queries.index import FreeIndex, build, due, reread
from instruments.booking.models import BookingStep
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.intervals import Interval

LATE = dt.timedelta(seconds=60)
"""So long a change may last before its row can be read."""
MOST_AT_ONCE = 5000
"""Who is further behind than so many rows makes a new index."""
COPY_FORMAT = 3
"""Another number where what is kept has another shape, so that a new release reads no old copy."""


@dataclass
class Watermark:
    """How far a log has been read: all rows up to `low`, and those after it that are named."""

    low: int = 0
    seen: set[int] = field(default_factory=set)

    def passed(self, rows: Iterable[tuple[int, dt.datetime]], now: dt.datetime) -> None:
        """Take note of rows; those older than a minute need not be looked at again."""
        for number, at in rows:
            self.seen.add(number)
            if at < now - LATE and number > self.low:
                self.low = number
        self.seen = {number for number in self.seen if number > self.low}


@dataclass
class Kept:
    """An index and how far it has read the two logs."""

    index: FreeIndex
    steps: Watermark = field(default_factory=Watermark)
    changes: Watermark = field(default_factory=Watermark)
    number: int = 0
    """Counts up with every change of the index; answers that are kept bear it."""
    answers: OrderedDict[object, Any] = field(default_factory=OrderedDict, repr=False)
    """The last few answers, see `free_times`."""


@dataclass
class _Process:
    """What this process keeps."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    kept: Kept | None = None


_own = _Process()


def current(now: dt.datetime) -> Kept:
    """Return the index as it is at this moment. Ask outside a change: what is not committed must not get in."""
    with _own.lock:
        kept = _own.kept or stored(now) or made(now)
        _own.kept = kept if advance(kept, now) else made(now)
        return _own.kept


def forget() -> None:
    """Drop the process's index; the next who asks gets a new one."""
    with _own.lock:
        _own.kept = None


def made(now: dt.datetime) -> Kept:
    """Make a new index from the database. How far the logs had come is read first, so that nothing is missed."""
    steps, changes = _end_of(BookingStep.objects.all(), now), _end_of(AvailabilityChange.objects.all(), now)
    return Kept(build(now), steps, changes)


def advance(kept: Kept, now: dt.datetime) -> bool:
    """Bring an index up to date; False where it is another day's or too far behind to be worth it."""
    if local_day(now) != kept.index.attributes.day:
        return False
    rows = list(_log(kept)[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        return False
    times, anew = due(kept.index, now), set()
    fresh = [row for row in rows if row[1] not in (kept.steps if row[0] else kept.changes).seen]
    codes = {code for row in fresh for code in (row[3], row[6]) if code}
    keys = dict(Instrument.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
    for is_step, _number, _at, code, start, end, old_code, old_start, old_end in fresh:
        if not is_step:
            anew.add(int(code))
            continue
        _hit(times, keys.get(code), start, end)
        _hit(times, keys.get(code), old_start, old_end)
        _hit(times, keys.get(old_code or code), old_start or start, old_end or end)
    if times or anew:
        reread(kept.index, times, now, anew)
        kept.number += 1
    kept.steps.passed(((row[1], row[2]) for row in rows if row[0]), now)
    kept.changes.passed(((row[1], row[2]) for row in rows if not row[0]), now)
    return True


def store(kept: Kept) -> None:
    """Leave a copy for processes that start on this machine."""
    path = copy_path()
    beside = path.with_suffix(f".{os.getpid()}")
    mark = COPY_FORMAT, connection.settings_dict["NAME"], _newest_step()
    beside.write_bytes(pickle.dumps((mark, replace(kept, answers=OrderedDict()))))
    beside.replace(path)


def stored(now: dt.datetime) -> Kept | None:
    """Return the copy where it is of today and of this database; one that cannot be read is none.

    The step that was the newest then must still stand there: in a database that was restored it does not.
    """
    try:
        # Nobody but the site itself writes into its folder.
        (made_as, name, step), kept = pickle.loads(copy_path().read_bytes())  # noqa: S301
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, TypeError, ValueError):
        return None
    if (made_as, name) != (COPY_FORMAT, connection.settings_dict["NAME"]) or not isinstance(kept, Kept):
        return None
    if kept.index.attributes.day != local_day(now):
        return None
    stands = step is None or BookingStep.objects.filter(pk=step[0], booking=step[1]).exists()
    return kept if stands else None


def _newest_step() -> tuple[int, UUID] | None:
    return BookingStep.objects.order_by("-pk").values_list("pk", "booking").first()


def copy_path() -> Path:
    """Return where the copy lies."""
    return Path(settings.VAR) / "availability.index"


def verified(now: dt.datetime) -> int:
    """Bring the copy up to date by the logs, compare it with the database, and put a new one in its place.

    Returns the number of differences: 0 says that every change has left its row and every row was understood.
    """
    kept = stored(now) or current(now)
    found = differences(kept, now) if advance(kept, now) else 0
    forget()
    store(made(now))
    return found


def differences(kept: Kept, now: dt.datetime) -> int:
    """Count in how many slots, and by how many attributes, an index differs from the database."""
    truth = build(now, kept.index.attributes.pks)
    found = len(set(truth.attributes.pks) ^ set(kept.index.attributes.pks))
    for place in truth.layers.keys() | kept.index.layers.keys():
        slots = zip(truth.layer(place).slots, kept.index.layer(place).slots, strict=True)
        found += sum((true ^ held).bit_count() for true, held in slots)
    ours, theirs = kept.index.attributes.sets, truth.attributes.sets
    for kind in ours.keys() | theirs.keys():
        one, two = ours.get(kind, {}), theirs.get(kind, {})
        found += sum((one.get(value, 0) ^ two.get(value, 0)).bit_count() for value in one.keys() | two.keys())
    return found


def _hit(
    times: dict[int, list[Interval]], pk: int | None, start: dt.datetime | None, end: dt.datetime | None
) -> None:
    if pk is not None and start is not None and end is not None:
        times.setdefault(pk, []).append(Interval(start, end))


def _end_of(rows: models.QuerySet[Any], now: dt.datetime) -> Watermark:
    last = rows.filter(at__lt=now - LATE).order_by("-pk").values_list("pk", flat=True).first() or 0
    return Watermark(last)


def _log(kept: Kept) -> models.QuerySet[Any, tuple[Any, ...]]:
    """Read both logs from their marks on, in one query; of a change the key of the instrument stands as its code."""
    steps = BookingStep.objects.filter(pk__gt=kept.steps.low).order_by()
    changes = AvailabilityChange.objects.filter(pk__gt=kept.changes.low).order_by()
    moments = ("start", "end"), ("old_start", "old_end")
    return steps.values_list(
        Value(1),
        F("pk"),
        F("at"),
        F("instrument"),
        *map(F, moments[0]),
        F("old_instrument"),
        *map(F, moments[1]),
    ).union(
        changes.values_list(
            Value(0),
            F("pk"),
            F("at"),
            models.functions.Cast("instrument_id", models.CharField(max_length=30)),
            *[Value(None, output_field=models.DateTimeField())] * 2,
            Value("", output_field=models.CharField()),
            *[Value(None, output_field=models.DateTimeField())] * 2,
        ),
        all=True,
    )
