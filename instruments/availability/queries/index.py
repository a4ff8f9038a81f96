"""Queries room: the index of free time, one in each process, kept up with the database before every answer.

For each slot of half an hour (finer where a step asks for it) it holds the set of instruments that are free, for each
value of each attribute the set of those that have it. It proposes; what is shown is checked by the rules, and the
constraint decides. `docs/decisions/0033` says why it is kept so.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from instruments.availability.queries.attributes import Attributes, attributes_of, take_over
from instruments.availability.queries.reading import Facts, Held, facts_of, held_in
from instruments.availability.rules.bits import bits_of
from instruments.availability.rules.layers import HALF_HOUR, Layer, slot_minutes, touched_slots, whole_slots
from instruments.terms.enums import Nights
from instruments.terms.queries.opening import openings_of
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import DAY_MINUTES, local_day, local_midnight
from instruments.terms.rules.intervals import Interval, clip, subtract, widened

DAYS = 70
"""How far ahead the index looks: the network's horizon, and some days for the case that nobody makes it anew."""
_MINUTE = dt.timedelta(minutes=1)
Place = tuple[int, int]
"""A layer: minutes of its slots, number of the station."""


@dataclass
class FreeIndex:
    """Which instruments are free when, from a local midnight on for `DAYS` days."""

    first: dt.datetime
    attributes: Attributes
    layers: dict[Place, Layer] = field(default_factory=dict)
    stations: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of those that are not plain (half-hour slots, one station): minutes of the slots and number of stations."""
    terms: dict[int, BookingTerms] = field(default_factory=dict)
    """Of those that keep a distance between bookings or take none at night."""
    expiring: list[tuple[dt.datetime, int, dt.datetime, dt.datetime]] = field(default_factory=list)
    """When requests stop to hold their time: a heap of moment, key, start and end."""

    @property
    def window(self) -> Interval:
        """The time it covers."""
        return Interval(self.first, self.first + dt.timedelta(days=DAYS))

    def minute(self, moment: dt.datetime) -> int:
        """Return a moment in whole minutes after the first, rounded down."""
        return (moment - self.first) // _MINUTE

    def layer(self, place: Place) -> Layer:
        """Return a layer, an empty one where there is none yet."""
        if place not in self.layers:
            self.layers[place] = Layer(place[0], [0] * (DAYS * DAY_MINUTES // place[0]))
        return self.layers[place]

    def opened(self, pk: int, hours: Sequence[Interval]) -> Sequence[Interval]:
        """Return when an instrument takes bookings while it is open."""
        return self.terms[pk].without_nights(hours) if pk in self.terms else hours

    def held(self, pk: int, start: dt.datetime, end: dt.datetime) -> Interval:
        """Return what nobody else can have while [start, end) is held: with the distance that is kept."""
        held = Interval(start, end)
        return widened(held, self.terms[pk].apart) if pk in self.terms else held

    def shape(self, pk: int) -> tuple[int, int]:
        """Return minutes of the slots and number of stations of an instrument."""
        return self.stations.get(pk, (HALF_HOUR, 1))


def build(now: dt.datetime, order: Collection[int] | None = None) -> FreeIndex:
    """Read the whole index; five queries. `order` gives the positions, as another index has them.

    Those of several stations or fine steps come first, so that the sets of their layers are short.
    """
    facts = sorted(facts_of(), key=_is_plain)
    if order is not None:
        by_pk = {one.pk: one for one in facts}
        facts = [by_pk[pk] for pk in order if pk in by_pk]
    made = FreeIndex(local_midnight(local_day(now)), attributes_of(facts, local_day(now)))
    made.stations = {one.pk: _shape(one) for one in facts if not _is_plain(one)}
    made.terms = {one.pk: one.terms for one in facts if _is_careful(one)}
    openings = openings_of(None, made.window)
    alike: dict[tuple[object, Place], list[int]] = defaultdict(list)
    opened: dict[object, Sequence[Interval]] = {}
    for position, pk in enumerate(made.attributes.pks):
        minutes, stations = made.shape(pk)
        name = (id(openings[pk]), made.terms.get(pk))
        if name not in opened:
            opened[name] = made.opened(pk, openings[pk].intervals)
        for station in range(1, stations + 1):
            alike[name, (minutes, station)].append(position)
    for (alike_in, place), positions in alike.items():
        layer, those = made.layer(place), bits_of(positions)
        layer.members |= those
        for interval in opened[alike_in]:
            for slot in _whole(made, interval, place[0]):
                layer.slots[slot] |= those
    _take_away(made, held_in(widened(made.window, _apart(made, made.terms)), now))
    return made


def reread(
    index: FreeIndex, changed: Mapping[int, list[Interval]], now: dt.datetime, anew: Collection[int] = ()
) -> None:
    """Read some instruments again: `changed` at these times, `anew` wholly with what they are found by; ≤ 5 queries."""
    if anew:
        _reshape(index, list(facts_of(anew)))
    times = {
        pk: inside
        for pk, parts in changed.items()
        if pk in index.attributes.position
        and (inside := clip([index.held(pk, part.start, part.end) for part in parts], index.window))
    }
    times |= {pk: [index.window] for pk in anew if pk in index.attributes.position}
    if not times:
        return
    first = min(part.start for parts in times.values() for part in parts)
    last = max(part.end for parts in times.values() for part in parts)
    # Slots that are touched in part are judged whole.
    window = Interval(
        local_midnight(local_day(first)), local_midnight(local_day(last) + dt.timedelta(days=1))
    )
    openings = openings_of(list(times), window)
    held: dict[tuple[int, int], list[Interval]] = defaultdict(list)
    for row in held_in(widened(window, _apart(index, times)), now, list(times)):
        held[row.instrument, row.station].append(index.held(row.instrument, row.start, row.end))
        _note_expiry(index, row)
    for pk, parts in times.items():
        minutes, stations = index.shape(pk)
        position = index.attributes.position[pk]
        for station in range(1, stations + 1):
            free: set[int] = set()
            for interval in subtract(index.opened(pk, openings[pk].intervals), held[pk, station]):
                free.update(_whole(index, interval, minutes))
            layer = index.layer((minutes, station))
            for part in parts:
                touched = touched_slots(index.minute(part.start), _up(index, part.end), minutes)
                layer.write(position, free, touched.start, touched.stop)


def due(index: FreeIndex, now: dt.datetime) -> dict[int, list[Interval]]:
    """Return the times of requests that have expired by now, by instrument, and forget them."""
    found: dict[int, list[Interval]] = defaultdict(list)
    while index.expiring and index.expiring[0][0] <= now:
        _at, pk, start, end = heapq.heappop(index.expiring)
        found[pk].append(Interval(start, end))
    return found


def _reshape(index: FreeIndex, facts: list[Facts]) -> None:
    """Take over what instruments are found by; where slots or stations are others, the old layers forget them."""
    take_over(index.attributes, facts)
    for one in facts:
        index.terms.pop(one.pk, None)
        if _is_careful(one):
            index.terms[one.pk] = one.terms
        if index.shape(one.pk) == _shape(one):
            continue
        minutes, stations = index.shape(one.pk)
        for station in range(1, stations + 1):
            layer = index.layer((minutes, station))
            layer.write(index.attributes.position[one.pk], (), 0, len(layer.slots))
        index.stations[one.pk] = _shape(one)


def _take_away(index: FreeIndex, rows: Iterable[Held]) -> None:
    busy: dict[Place, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        position = index.attributes.position.get(row.instrument)
        if position is None:
            continue
        _note_expiry(index, row)
        minutes = index.shape(row.instrument)[0]
        taken = busy[minutes, row.station]
        held = index.held(row.instrument, row.start, row.end)
        for slot in touched_slots(index.minute(held.start), _up(index, held.end), minutes):
            taken[slot].append(position)
    for place, by_slot in busy.items():
        slots = index.layer(place).slots
        for slot, positions in by_slot.items():
            if slot < len(slots) and slots[slot]:
                slots[slot] &= ~bits_of(positions)


def _apart(index: FreeIndex, pks: Iterable[int]) -> dt.timedelta:
    """The longest distance between bookings that any of these keeps."""
    return max((index.terms[pk].apart for pk in pks if pk in index.terms), default=dt.timedelta())


def _note_expiry(index: FreeIndex, row: Held) -> None:
    if row.expires_at is not None:
        heapq.heappush(index.expiring, (row.expires_at, row.instrument, row.start, row.end))


def _whole(index: FreeIndex, interval: Interval, minutes: int) -> range:
    found = whole_slots(_up(index, interval.start), index.minute(interval.end), minutes)
    return range(found.start, min(found.stop, DAYS * DAY_MINUTES // minutes))


def _up(index: FreeIndex, moment: dt.datetime) -> int:
    return -((index.first - moment) // _MINUTE)


def _shape(one: Facts) -> tuple[int, int]:
    return slot_minutes(one.terms.step_minutes), one.stations


def _is_careful(one: Facts) -> bool:
    return bool(one.terms.apart) or one.terms.nights == Nights.CLOSED


def _is_plain(one: Facts) -> bool:
    return _shape(one) == (HALF_HOUR, 1)
