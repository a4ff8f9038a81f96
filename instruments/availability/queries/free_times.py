"""Queries room: which instruments are free when; the one answer for lists of instruments."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from instruments.availability.queries.attributes import OPEN
from instruments.availability.queries.index import DAYS, FreeIndex
from instruments.availability.queries.keeping import Kept
from instruments.availability.rules.bits import sum_of
from instruments.booking.rules.wishes import Span, Wish, pieces, wished_length
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import DAY_MINUTES, local_day, local_midnight

DAYS_AHEAD = 14
_MINUTE = dt.timedelta(minutes=1)
_MOST_KEPT = 16
Limits = tuple[int, dt.timedelta, dt.timedelta]
"""Step in minutes, notice and horizon of some instruments."""


@dataclass(frozen=True)
class FreeTimes:
    """Where bookings as wished may begin: minutes after `first`, a local midnight, each with the set free then."""

    first: dt.datetime
    starts: list[tuple[int, int]]

    @cached_property
    def any(self) -> int:
        """The set of those that are free at all."""
        return sum_of(bits for _minute, bits in self.starts)

    @cached_property
    def by_day(self) -> Mapping[dt.date, int]:
        """The set of those that are free on each local day."""
        found: dict[int, int] = defaultdict(int)
        for minute, bits in self.starts:
            found[minute // DAY_MINUTES] |= bits
        day = local_day(self.first)
        return {day + dt.timedelta(days=number): bits for number, bits in found.items()}

    def on(self, days: Collection[dt.date]) -> FreeTimes:
        """Return what of it begins on some local days."""
        first = local_day(self.first)
        numbers = {(day - first).days for day in days}
        return FreeTimes(self.first, [row for row in self.starts if row[0] // DAY_MINUTES in numbers])

    def earliest(self, among: int) -> Iterator[tuple[dt.datetime, int]]:
        """Yield in order each moment with those of the set that are free first then."""
        rest = among
        for minute, bits in self.starts:
            if found := bits & rest:
                yield self.first + minute * _MINUTE, found
                rest &= ~found
                if not rest:
                    return


def free_times(kept: Kept, wish: Wish, now: dt.datetime) -> FreeTimes:
    """Return where bookings as wished may begin by opening hours, bookings, and each instrument's length and notice.

    The last few answers are kept until the index changes or the minute is over.
    """
    minute = now.replace(second=0, microsecond=0)
    key = (kept.number, minute, wish)
    found: FreeTimes | None = kept.answers.get(key)
    if found is None:
        found = kept.answers[key] = _worked_out(kept.index, wish, minute + _MINUTE if now > minute else now)
        while len(kept.answers) > _MOST_KEPT:
            kept.answers.popitem(last=False)
    return found


def coming_days(now: dt.datetime, count: int = DAYS_AHEAD) -> list[dt.date]:
    """Return today and the days after it."""
    today = local_day(now)
    return [today + dt.timedelta(days=number) for number in range(count)]


def span_of_days(days: Collection[dt.date]) -> tuple[Span, ...]:
    """Return the spans of whole local days, those that follow each other joined."""
    found: list[Span] = []
    for day in sorted(days):
        start, end = local_midnight(day), local_midnight(day + dt.timedelta(days=1))
        if found and found[-1].end == start:
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
    return tuple(found)


def is_covered(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether the index reaches over a time that is still to come."""
    return end <= local_midnight(local_day(now) + dt.timedelta(days=DAYS)) and end > now


def _worked_out(index: FreeIndex, wish: Wish, now: dt.datetime) -> FreeTimes:
    found: dict[int, int] = defaultdict(int)
    lengths: dict[int, dict[Limits, int]] = defaultdict(lambda: defaultdict(int))
    open_now = index.attributes.of("is", OPEN)
    for terms, bits in index.attributes.values("terms").items():
        assert isinstance(terms, BookingTerms)
        length = wished_length(terms, wish.minutes)
        if length is not None and bits & open_now:
            limits = (
                terms.step_minutes,
                terms.notice_minutes * _MINUTE,
                dt.timedelta(days=terms.horizon_days),
            )
            lengths[length][limits] |= bits & open_now
    for length, classes in lengths.items():
        spans = [
            piece
            for span in wish.spans
            for piece in pieces(span, length, index.first, any_hour=wish.any_hour)
        ]
        all_of_them, may_begin = sum_of(classes.values()), _Beginnings(index, classes, now)
        fitting: dict[int, int] = defaultdict(int)
        for (minutes, _station), layer in index.layers.items():
            if layer.members & all_of_them:
                for first, last in spans:
                    for slot, bits in layer.runs(length, -(-first // minutes), -(-last // minutes)):
                        fitting[slot * minutes] |= bits
        for begin, bits in fitting.items():
            if left := bits & may_begin.at(begin):
                found[begin] |= left
    return FreeTimes(index.first, sorted(found.items()))


@dataclass
class _Beginnings:
    """Which instruments let a booking begin at a moment: by step, notice and horizon."""

    index: FreeIndex
    classes: Mapping[Limits, int]
    now: dt.datetime
    _known: dict[object, int] = field(default_factory=dict)

    def at(self, minute: int) -> int:
        """Return the set for a moment in minutes after the index's first."""
        of_day, ahead = minute % DAY_MINUTES, self.index.first + minute * _MINUTE - self.now
        key = (of_day, bisect_right(self._limits, ahead))
        if key not in self._known:
            found = 0
            for (step, notice, horizon), bits in self.classes.items():
                if of_day % step == 0 and notice <= ahead <= horizon:
                    found |= bits
            self._known[key] = found
        return self._known[key]

    @cached_property
    def _limits(self) -> list[dt.timedelta]:
        notices = {notice for _step, notice, _horizon in self.classes}
        # At its horizon a booking may still begin, after it no more.
        return sorted(
            notices | {horizon + dt.timedelta.resolution for _step, _notice, horizon in self.classes}
        )
