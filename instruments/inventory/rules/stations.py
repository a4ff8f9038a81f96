"""Rules room: which of the stations that stay can take over what lies on those that go."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
Held = tuple[K, int, dt.datetime, dt.datetime]
"""What holds [start, end) of a station: key, station, start, end."""


def reseated(held: Iterable[Held[K]], count: int) -> dict[K, int]:
    """Return, for what lies on a station above `count`, the first of the others that is free then; by start.

    What finds none is left out. Two that are moved never meet.
    """
    taken: dict[int, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    going: list[Held[K]] = []
    for one in held:
        if one[1] > count:
            going.append(one)
        else:
            taken[one[1]].append((one[2], one[3]))
    found: dict[K, int] = {}
    for key, _station, start, end in sorted(going, key=lambda one: (one[2], one[3])):
        for station in range(1, count + 1):
            if all(end <= other_start or other_end <= start for other_start, other_end in taken[station]):
                taken[station].append((start, end))
                found[key] = station
                break
    return found
