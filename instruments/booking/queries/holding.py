"""Queries room: which bookings hold their time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from folding.times import LOCAL
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import owner_of, policy_of, terms_of
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval, widened
from instruments.terms.rules.owners import owned

LONGEST_JUDGED = dt.timedelta(days=366)
"""Nobody makes us look through what is held in centuries."""
NO_TIME = dt.timedelta()

BUSY_FIELDS = ("start", "end", "station", "kind", "state", "id", "person_id")


@dataclass(frozen=True)
class BusyInterval:
    """Somebody holds [start, end) of a station; `kind` and `state` as in the booking."""

    start: dt.datetime
    end: dt.datetime
    station: int
    kind: str
    state: str
    booking_id: UUID
    person_id: int

    @property
    def interval(self) -> Interval:
        """The time without the rest."""
        return Interval(self.start, self.end)


def busy(instrument: Instrument, start: dt.datetime, end: dt.datetime) -> list[BusyInterval]:
    """Return what is held in [start, end), by start and station, in one query. Intervals are not cut to the window."""
    if end <= start:
        return []
    rows = Booking.objects.holding(timezone.now()).filter(instrument=instrument).overlapping(start, end)
    return [BusyInterval(*row) for row in rows.order_by("start", "station").values_list(*BUSY_FIELDS)]


def held_by_station(
    pks: Collection[int] | None, window: Interval, now: dt.datetime
) -> Mapping[int, Mapping[int, list[Interval]]]:
    """Return what is held inside the window by instrument (None: all) and station, in one query."""
    rows = Booking.objects.holding(now).overlapping(window.start, window.end)
    if pks is not None:
        rows = rows.filter(instrument__in=pks)
    found: dict[int, dict[int, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for pk, station, start, end in rows.order_by().values_list("instrument_id", "station", "start", "end"):
        found[pk][station].append(Interval(start, end))
    return found


def taken_problems(
    instrument: Instrument,
    start: dt.datetime,
    end: dt.datetime,
    station: int | None = None,
    *,
    but: UUID | None = None,
) -> list[BrokenRule]:
    """Return what keeps [start, end) from being had on the wanted station, or on every one; one query at most.

    `but` is the booking whose own time does not count. A wish that the rules cannot judge meets nothing.
    """
    if not (is_convertible(start) and is_convertible(end)) or not start < end <= start + LONGEST_JUDGED:
        return []
    policy = policy_of(instrument)
    apart = terms_of(policy).apart
    held = [row for row in busy(instrument, start - apart, end + apart) if row.booking_id != but]
    return owned(
        problems_among(held, Interval(start, end), instrument.station_count, station, apart), owner_of(policy)
    )


def problems_among(
    held: Iterable[BusyInterval], wish: Interval, station_count: int, station: int | None, apart: dt.timedelta
) -> list[BrokenRule]:
    """Return a broken rule for each time held that stands against the wish, without telling by whom.

    Where some station is free but for the time between bookings, that time is the rule.
    """
    near = [row for row in held if row.interval.overlaps(widened(wish, apart))]
    if first_free_station(near, wish, station_count, station, apart) is not None:
        return []
    near = [row for row in near if station in {None, row.station}]
    if first_free_station(near, wish, station_count, station) is not None:
        return [problem("buffer", required=apart // dt.timedelta(minutes=1))]
    meeting = [row for row in near if row.interval.overlaps(wish)]
    return [problem("slot_taken", required=_span(row), held=row) for row in meeting]


def first_free_station(
    taken: Iterable[BusyInterval],
    wish: Interval,
    station_count: int,
    wanted: int | None,
    apart: dt.timedelta = NO_TIME,
) -> int | None:
    """Return the wanted station, or the first of all, on which nothing in `taken` is nearer to the wish; else None."""
    needed = widened(wish, apart)
    held = {row.station for row in taken if row.interval.overlaps(needed)}
    candidates = range(1, station_count + 1) if wanted is None else (wanted,)
    return next((station for station in candidates if station not in held), None)


def _span(row: BusyInterval) -> str:
    start, end = row.start.astimezone(LOCAL), row.end.astimezone(LOCAL)
    same = start.date() == end.date()
    return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}" if same else f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"
