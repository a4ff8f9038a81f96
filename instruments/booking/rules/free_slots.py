"""Rules room: what is free, and the next slots that can be booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge as in_order
from itertools import islice

from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import local_day, round_up
from instruments.terms.rules.intervals import Interval, subtract


@dataclass(frozen=True)
class FreeSlot:
    """[start, end) on one station of one instrument that nobody holds."""

    instrument_code: str
    start: dt.datetime
    end: dt.datetime
    station: int


def free_intervals(opened: Iterable[Interval], busy: Iterable[Interval]) -> list[Interval]:
    """Return the open time that nobody holds: sorted, merged."""
    return subtract(opened, busy)


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
    on a local day of its own.
    """
    length = dt.timedelta(minutes=minutes)

    def of_station(station: int, intervals: Iterable[Interval]) -> Iterator[tuple[Interval, int]]:
        for interval in intervals:
            start = round_up(max(interval.start, earliest), step)
            while start + length <= interval.end and start <= latest:
                yield Interval(start, start + length), station
                start = round_up(start + length, step)

    found: dict[Interval, int] = {}
    days = set()
    for slot, station in in_order(*(of_station(s, free[s]) for s in sorted(free))):
        day = local_day(slot.start)
        if one_a_day and day in days:
            continue
        days.add(day)
        found.setdefault(slot, station)
        if len(found) == count:
            break
    return list(islice(found.items(), count))


def first_starts(
    free: Sequence[Sequence[Interval]],
    midnights: Sequence[dt.datetime],
    *,
    terms: BookingTerms,
    minutes: int,
    now: dt.datetime,
) -> list[dt.datetime | None]:
    """Return when the first slot of that length begins on each day, None for a day without one.

    `free` holds the free open time of each station, sorted; `midnights` bound the days, one more than there are. A slot
    begins on the grid of steps, keeps notice and horizon, and belongs to the day on which it begins.
    """
    found: list[dt.datetime | None] = [None] * (len(midnights) - 1)
    length = dt.timedelta(minutes=minutes)
    if minutes > terms.longest_minutes:
        return found
    earliest, latest = terms.earliest_start(now), terms.latest_start(now)
    for intervals in free:
        for interval in intervals:
            for n, midnight in enumerate(midnights[:-1]):
                if midnights[n + 1] <= interval.start:
                    continue
                if midnight >= interval.end:
                    break
                start = round_up(max(interval.start, midnight, earliest), terms.step_minutes)
                if start < midnights[n + 1] and start <= latest and start + length <= interval.end:
                    known = found[n]
                    found[n] = start if known is None else min(known, start)
    return found


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
