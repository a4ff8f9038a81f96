"""Rules room: half-open intervals of time and their algebra."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Interval:
    """[start, end), never empty. Raises ValueError where end is not later than start."""

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("An interval ends after it starts.")

    @property
    def length(self) -> dt.timedelta:
        """How long it is."""
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two share a moment; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Interval) -> bool:
        """Tell whether the other lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end


def between(start: dt.datetime, end: dt.datetime) -> list[Interval]:
    """Return the one interval [start, end), or none where it would be empty."""
    return [Interval(start, end)] if start < end else []


def widened(interval: Interval, by: dt.timedelta) -> Interval:
    """Return the interval begun that much earlier and ended that much later."""
    return Interval(interval.start - by, interval.end + by) if by else interval


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same moments as sorted intervals that neither overlap nor touch."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            if interval.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, interval.end)
        else:
            merged.append(interval)
    return merged


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """Return the moments of `intervals` that lie in none of `holes`, merged and sorted."""
    rest: list[Interval] = []
    cuts = merge(holes)
    first = 0
    for interval in merge(intervals):
        start = interval.start
        while first < len(cuts) and cuts[first].end <= start:
            first += 1
        for cut in cuts[first:]:
            if cut.start >= interval.end:
                break
            rest += between(start, cut.start)
            start = max(start, cut.end)
        rest += between(start, interval.end)
    return rest


def clip(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """Return the parts of the intervals that lie inside the window, in the given order."""
    return [
        part
        for interval in intervals
        for part in between(max(interval.start, window.start), min(interval.end, window.end))
    ]


def total(intervals: Iterable[Interval]) -> dt.timedelta:
    """Return the summed length of intervals that do not overlap."""
    return sum((interval.length for interval in intervals), dt.timedelta())
