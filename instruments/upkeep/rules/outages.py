"""Rules room: what of the time of a break-down is still to be held, and where else those it hits can go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instruments.booking.rules.free_slots import FreeSlot
from instruments.terms.rules.hours import round_up
from instruments.terms.rules.intervals import Interval, subtract, widened


@dataclass(frozen=True)
class Outage:
    """Some stations of an instrument cannot be used for a while."""

    stations: tuple[int, ...]
    time: Interval

    def hits(self, station: int, time: Interval) -> bool:
        """Tell whether it keeps anybody from that time of a station."""
        return station in self.stations and self.time.overlaps(time)

    def left_free(self, station: int, free: Sequence[Interval]) -> list[Interval]:
        """Return what is free on a station beside it."""
        return subtract(free, [self.time] if station in self.stations else [])

    def gaps(self, held: Mapping[int, Sequence[Interval]]) -> list[tuple[int, Interval]]:
        """Return what of it nobody holds, by station: around bookings that stay, never over them."""
        return [
            (station, gap)
            for station in self.stations
            for gap in subtract([self.time], held.get(station, ()))
        ]


@dataclass
class Place:
    """One station that may be offered instead: what is free there, on which grid, and how far apart bookings lie."""

    code: str
    station: int
    step_minutes: int
    apart: dt.timedelta
    free: list[Interval]

    def first(self, time: Interval) -> FreeSlot | None:
        """Return the first slot as long as `time` that begins on the grid, not before it."""
        for stretch in self.free:
            start = round_up(max(stretch.start, time.start), self.step_minutes)
            if start + time.length <= stretch.end:
                return FreeSlot(self.code, start, start + time.length, self.station)
        return None

    def take(self, slot: FreeSlot) -> None:
        """Leave a slot, and what must stay free beside it, out of what is offered from now on."""
        self.free = subtract(self.free, [widened(Interval(slot.start, slot.end), self.apart)])


def ways_out(wishes: Sequence[tuple[Interval, Sequence[Place]]], *, most: int) -> list[list[FreeSlot]]:
    """Return for each time hit the soonest slots at the places that suit its person, at most `most`.

    In the order given; the first slot of each is its own, so that all first ones can be had together. Of two that
    begin at once the place named first comes first.
    """
    found = []
    for time, places in wishes:
        slots = [(place, slot) for place in places if (slot := place.first(time)) is not None]
        slots.sort(key=lambda pair: pair[1].start)
        if slots:
            slots[0][0].take(slots[0][1])
        found.append([slot for _place, slot in slots[:most]])
    return found
