"""Queries room: which instruments are free on each of the coming days, and how early."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache

from background.kept import kept
from instruments.booking.queries.availability import Availability
from instruments.inventory.models import Instrument
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval

DAYS_AHEAD = 14
KEPT_SECONDS = 60
_KEY = "catalogue.free_days"
_GENERATION = "catalogue.generation"


@dataclass(frozen=True)
class FreeDays:
    """When the first slot of a length begins on each of the coming days, for every instrument that takes bookings.

    `starts` holds minutes after midnight of the first day, None for a day without such a slot; `inside` names the
    owning unit of those that only their own unit may book.
    """

    first: dt.date
    starts: Mapping[int, tuple[int | None, ...]]
    inside: Mapping[int, int]

    @property
    def days(self) -> list[dt.date]:
        """The days in order."""
        return [self.first + dt.timedelta(days=offset) for offset in range(DAYS_AHEAD)]

    def bookable(self, unit_pk: int | None) -> set[int]:
        """Return the keys of the instruments that somebody of this unit (None: of no unit) may book."""
        return {pk for pk in self.starts if pk not in self.inside or self.inside[pk] == unit_pk}

    def earliest(self, pk: int, days: Collection[dt.date] = ()) -> int | None:
        """Return the first start of one instrument, on the wanted days or on any."""
        row = self.starts.get(pk, ())
        wanted = self._offsets(days) if days else range(len(row))
        return min((row[n] for n in wanted if n < len(row) and row[n] is not None), default=None)  # type: ignore[type-var]

    def free_on(self, days: Collection[dt.date], unit_pk: int | None) -> frozenset[int]:
        """Return the keys of what is free on at least one of the days and may be booked from this unit."""
        return frozenset(pk for pk in self.bookable(unit_pk) if self.earliest(pk, days) is not None)

    def counts(self, unit_pk: int | None, among: Iterable[int] | None = None) -> list[tuple[dt.date, int]]:
        """Return each day with how many of these instruments (None: of all) are free on it."""
        bookable = self.bookable(unit_pk)
        rows = [self.starts[pk] for pk in (bookable if among is None else bookable.intersection(among))]
        return [(day, sum(row[n] is not None for row in rows)) for n, day in enumerate(self.days)]

    def _offsets(self, days: Collection[dt.date]) -> Sequence[int]:
        return [(day - self.first).days for day in days if 0 <= (day - self.first).days < DAYS_AHEAD]


def free_days(minutes: int | None, now: dt.datetime) -> FreeDays:
    """Return the free days of all public instruments; three queries, kept a minute.

    Without a length each counts with its usual one. What was booked within that minute still counts as free; the
    booking itself is always judged anew.
    """
    key = f"{_KEY}.{generation()}.{minutes or 'usual'}.{local_day(now)}"
    return kept(key, KEPT_SECONDS, lambda: _read(minutes, now))


def generation() -> str:
    """Return what changes whenever an instrument has come, gone or changed; part of every kept answer's name."""
    named: str = cache.get(_GENERATION, "")
    return named


def forget_free_days() -> None:
    """Drop what is kept, after an instrument has come, gone or changed its state."""
    cache.set(_GENERATION, uuid.uuid4().hex, None)


def _read(minutes: int | None, now: dt.datetime) -> FreeDays:
    first = local_day(now)
    window = Interval(local_midnight(first), local_midnight(first + dt.timedelta(days=DAYS_AHEAD)))
    known = Availability(Instrument.objects.public(), window, now)
    return FreeDays(first, known.first_starts(minutes), known.inside)
