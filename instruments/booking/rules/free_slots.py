"""Rules room: what is free, and the next slots that can be booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge as in_order
from itertools import islice

from instruments.terms.rules.hours import local_day, local_midnight, round_up
from instruments.terms.rules.intervals import Interval

DAY_BEGINS, DAY_ENDS = dt.timedelta(hours=8), dt.timedelta(hours=18)
"""The daytime after local midnight: what is free then is offered before what is free at night."""


@dataclass(frozen=True)
class FreeSlot:
    """[start, end) on one station of one instrument that nobody holds."""

    instrument_code: str
    start: dt.datetime
    end: dt.datetime
    station: int


def bookable(free: Iterable[Interval], *, minutes: int, step: int) -> list[Interval]:
    """Return the free stretches, begun on the grid of steps, in which a booking of that length fits."""
    found = []
    for interval in free:
        start = round_up(interval.start, step)
        if interval.end - start >= dt.timedelta(minutes=minutes):
            found.append(Interval(start, interval.end))
    return found


def next_free_slots(
    free: Mapping[int, Iterable[Interval]],
    *,
    earliest: dt.datetime,
    latest: dt.datetime,
    minutes: int,
    step: int,
    count: int = 3,
    one_a_day: bool = False,
) -> list[tuple[Interval, int]]:
    """Return the first `count` slots of that length, with their stations, that begin in [earliest, latest].

    `free` holds the free open time of each station. Slots begin on the grid of steps from local midnight; those of
    one station do not overlap each other, and none is offered twice for the same time. With `one_a_day` each begins
    on a local day of its own; days with a slot in the daytime are taken before those with one at night alone.
    """
    length = dt.timedelta(minutes=minutes)
    if one_a_day:
        lists = {station: list(intervals) for station, intervals in free.items()}
        return _one_a_day(lists, earliest=earliest, latest=latest, length=length, step=step, count=count)

    def of_station(station: int, intervals: Iterable[Interval]) -> Iterator[tuple[Interval, int]]:
        for interval in intervals:
            start = round_up(max(interval.start, earliest), step)
            while start + length <= interval.end and start <= latest:
                yield Interval(start, start + length), station
                start = round_up(start + length, step)

    found: dict[Interval, int] = {}
    for slot, station in in_order(*(of_station(s, free[s]) for s in sorted(free))):
        found.setdefault(slot, station)
        if len(found) == count:
            break
    return list(islice(found.items(), count))


def first_of_day(
    interval: Interval, midnight: dt.datetime, *, earliest: dt.datetime, length: dt.timedelta, step: int
) -> tuple[bool, dt.datetime] | None:
    """Return where the first slot of a day begins in a free interval, one in the daytime before any other.

    The flag tells that it lies outside the daytime, so that the best of several sorts first; None where none fits.
    """
    for late, opens, closes in (
        (False, midnight + DAY_BEGINS, midnight + DAY_ENDS),
        (True, midnight, interval.end),
    ):
        start = round_up(max(interval.start, opens, earliest), step)
        if start < midnight + dt.timedelta(days=1) and start + length <= min(interval.end, closes):
            return late, start
    return None


def _one_a_day(
    free: Mapping[int, Sequence[Interval]],
    *,
    earliest: dt.datetime,
    latest: dt.datetime,
    length: dt.timedelta,
    step: int,
    count: int,
) -> list[tuple[Interval, int]]:
    found: dict[bool, list[tuple[Interval, int]]] = {False: [], True: []}
    day, last = local_day(earliest), local_day(latest)
    while any(free.values()) and day <= last and len(found[False]) < count:
        midnight, day = local_midnight(day), day + dt.timedelta(days=1)
        firsts = [
            (*first, station)
            for station in free
            for interval in free[station]
            if interval.start < midnight + dt.timedelta(days=1)
            and interval.end > midnight
            and (first := first_of_day(interval, midnight, earliest=earliest, length=length, step=step))
            and first[1] <= latest
        ]
        if firsts:
            late, start, station = min(firsts)
            found[late].append((Interval(start, start + length), station))
    taken = [*found[False], *found[True]][:count]
    return sorted(taken, key=lambda slot: slot[0].start)


def longest_parts(
    free: Mapping[int, Iterable[Interval]], *, latest: dt.datetime, shortest: int, longest: int, step: int
) -> list[tuple[Interval, int]]:
    """Return of every free stretch the longest booking it takes from its beginning on, with its station.

    Lengths in minutes; bookings begin on the grid of steps, at `latest` at the latest.
    """
    found = []
    for station in sorted(free):
        for interval in free[station]:
            start = round_up(interval.start, step)
            room = (interval.end - start) // dt.timedelta(minutes=1)
            minutes = min(room, longest)
            minutes -= minutes % step
            if shortest <= minutes and start <= latest:
                found.append((Interval(start, start + dt.timedelta(minutes=minutes)), station))
    return found
