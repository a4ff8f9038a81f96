"""Rules room: for each slot of time the set of instruments that are free in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

HALF_HOUR = 30
_SIZES = (HALF_HOUR, 15, 5)


def slot_minutes(step: int) -> int:
    """Return the length of the slots in which an instrument of that step is kept: it divides the step.

    Bookings begin and end on the grid of steps, so a slot that is free in part is of no use to anybody.
    """
    return next((size for size in _SIZES if step % size == 0), 1)


@dataclass
class Layer:
    """What one station of instruments is free for: `slots[n]` is the set of those free in the n-th slot.

    All have the same length of slots in minutes. `members` has that station at all.
    """

    minutes: int
    slots: list[int]
    members: int = 0

    def runs(self, minutes: int, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield (slot, set of those free for that many minutes from it on) for first ≤ slot < last, none empty.

        Runs of doubled length are met first, so that eight hours cost four passes and not fifteen. `minutes` is a
        multiple of the slot's.
        """
        wanted = minutes // self.minutes
        rows: Sequence[int] = self.slots[max(first, 0) : last + wanted - 1]
        length = 1
        while length * 2 <= wanted:
            rows = [one & two for one, two in zip(rows, rows[length:], strict=False)]
            length *= 2
        if length < wanted:
            rows = [one & two for one, two in zip(rows, rows[wanted - length :], strict=False)]
        for slot, row in enumerate(rows[: last - max(first, 0)], max(first, 0)):
            if row:
                yield slot, row

    def write(self, position: int, free: Collection[int], first: int, last: int) -> None:
        """Say of one instrument in which of the slots first ≤ slot < last it is free."""
        bit = 1 << position
        self.members |= bit
        for slot in range(max(first, 0), min(last, len(self.slots))):
            row = self.slots[slot]
            if slot in free:
                if not row & bit:
                    self.slots[slot] = row | bit
            elif row & bit:
                self.slots[slot] = row ^ bit


def whole_slots(start: int, end: int, minutes: int) -> range:
    """Return the slots that lie wholly inside [start, end), both in minutes after the first slot."""
    return range(max(-(-start // minutes), 0), max(end // minutes, 0))


def touched_slots(start: int, end: int, minutes: int) -> range:
    """Return the slots that share a moment with [start, end), both in minutes after the first slot."""
    return range(max(start // minutes, 0), max(-(-end // minutes), 0))
