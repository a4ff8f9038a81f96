"""Rules room: what is held on one station, kept up to date while a batch is judged."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
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


K = TypeVar("K", bound=Hashable)
Held = tuple[K, Interval, T]
"""A place, the time that is held there, and what holds it."""


@dataclass(frozen=True)
class Wish(Generic[K, T]):
    """Somebody wants an interval at a place; what it `replaces` gives its own time back if the wish is granted."""

    place: K
    interval: Interval
    holder: T
    replaces: T | None = None


def clashes_of(held: Sequence[Held[K, T]], wishes: Sequence[Wish[K, T]]) -> dict[int, T]:
    """Grant wishes as a whole; return by position those that cannot be, with what stands in their way.

    What counts is what holds in the end: two that change places do not clash. Of two wishes that want the same time
    the earlier one gets it. A wish that is refused leaves what it wanted to replace where it was.
    """
    refused: dict[int, T] = {}
    while True:
        leaving = [w.replaces for n, w in enumerate(wishes) if n not in refused and w.replaces is not None]
        again = False
        lines: dict[K, Timeline[T]] = {}
        for place, interval, holder in held:
            if holder not in leaving:
                lines.setdefault(place, Timeline()).add(interval, holder)
        for number, wish in enumerate(wishes):
            if number in refused:
                continue
            line = lines.setdefault(wish.place, Timeline())
            if clash := line.overlapping(wish.interval):
                refused[number] = clash[0]
                if wish.replaces is not None:
                    again = True
                    break
            else:
                line.add(wish.interval, wish.holder)
        if not again:
            return refused
