"""Rules room: what is held on one station, kept up to date while a batch is judged."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from typing import Generic, TypeVar

from instruments.terms.rules.intervals import Interval

T = TypeVar("T")


class Timeline(Generic[T]):
    """Intervals that never overlap, each with what holds it; asking takes the logarithm of their number."""

    def __init__(self) -> None:
        self._starts: list[dt.datetime] = []
        self._held: dict[dt.datetime, tuple[Interval, T]] = {}

    def add(self, interval: Interval, holder: T) -> None:
        """Hold an interval. Raises ValueError where part of it is held already."""
        if self.overlapping(interval):
            raise ValueError("Held intervals never overlap.")
        insort(self._starts, interval.start)
        self._held[interval.start] = interval, holder

    def release(self, start: dt.datetime) -> None:
        """Give back the interval that begins at `start`. Raises KeyError where none does."""
        del self._held[start]
        self._starts.remove(start)

    def overlapping(self, wish: Interval) -> list[T]:
        """Return what holds a moment of the wish, by time."""
        # Of those that begin before the wish only the last can reach into it.
        first = max(bisect_left(self._starts, wish.start) - 1, 0)
        found: list[T] = []
        for start in self._starts[first:]:
            if start >= wish.end:
                break
            interval, holder = self._held[start]
            if interval.overlaps(wish):
                found.append(holder)
        return found
