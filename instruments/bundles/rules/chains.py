"""Rules room: the earliest chain of steps, each on one or several instruments, as sets of minutes.

A set of minutes is a whole number: minute m after some midnight belongs to it where bit m is set. Shifting by n puts
every minute n later, so a whole fortnight is reasoned about at once and exactly, with no search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from instruments.availability.rules.bits import sum_of

DAY = 24 * 60
MOST_IN_ANY_ORDER = 5
"""Steps whose orders are all tried: 120 of them."""


@dataclass(frozen=True)
class Step:
    """What is free for one step, and how long after the one before it may begin, in minutes.

    `ways`: for each length, shortest first, the minutes at which the step can begin and be over after that length.
    `most_pause` None: however long.
    """

    ways: Sequence[tuple[int, int]]
    least_pause: int = 0
    most_pause: int | None = None


@dataclass(frozen=True)
class Placed:
    """Where a step was put: its number in the order given, its first minute, and its length."""

    number: int
    start: int
    length: int

    @property
    def end(self) -> int:
        """The minute at which it is over."""
        return self.start + self.length


def grid(step_minutes: int, days: int) -> int:
    """Return the minutes of some days that lie on a grid of steps from each midnight."""
    day = sum(1 << minute for minute in range(0, DAY, step_minutes))
    return sum(day << DAY * number for number in range(days))


def minutes_between(start: int, end: int) -> int:
    """Return the minutes of [start, end), none before 0."""
    start = max(start, 0)
    return (1 << end) - (1 << start) if end > start else 0


def at_once(options: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Return the ways of a step that takes `count` of some instruments at the same time.

    Each option is the length on one instrument and the minutes at which it can begin there. The step is over when the
    longest of those taken is.
    """
    ways = []
    for length in sorted({length for length, _starts in options}):
        enough = _in_at_least((starts for one, starts in options if one <= length), count)
        if enough:
            ways.append((length, enough))
    return ways


def earliest_chain(steps: Sequence[Step]) -> list[Placed] | None:
    """Place the steps one after the other so that the last is over as early as can be; None where they cannot be.

    Of all chains that are over then the one whose steps lie closest to the end, so that nobody waits for nothing.
    """
    ends = list[int]()
    reached = list[list[tuple[int, int]]]()
    for step in steps:
        allowed = _after(ends[-1], step) if ends else -1
        ways = [(length, starts & allowed) for length, starts in step.ways]
        over = sum_of(starts << length for length, starts in ways)
        if not over:
            return None
        reached.append(ways)
        ends.append(over)
    placed = list[Placed]()
    end = _lowest(ends[-1])
    for number in reversed(range(len(steps))):
        length = next(length for length, starts in reached[number] if starts >> end - length & 1)
        placed.append(Placed(number, end - length, length))
        if number:
            step, start = steps[number], end - length
            since = 0 if step.most_pause is None else start - step.most_pause
            end = (ends[number - 1] & minutes_between(since, start - step.least_pause + 1)).bit_length() - 1
    return placed[::-1]


def earliest_in_any_order(steps: Sequence[Step]) -> list[Placed] | None:
    """Place the steps as `earliest_chain` does, in whichever order is over first; pauses do not count.

    Raises ValueError for more than MOST_IN_ANY_ORDER.
    """
    if len(steps) > MOST_IN_ANY_ORDER:
        raise ValueError("Too many steps to try every order of them.")
    free = [replace(step, least_pause=0, most_pause=None) for step in steps]
    best: tuple[int, int, list[Placed]] | None = None
    for order in permutations(range(len(free))):
        chain = earliest_chain([free[number] for number in order])
        if chain and (best is None or (chain[-1].end, -chain[0].start) < best[:2]):
            placed = [replace(one, number=order[one.number]) for one in chain]
            best = chain[-1].end, -chain[0].start, placed
    return None if best is None else best[2]


def _in_at_least(sets: Iterable[int], count: int) -> int:
    """Return what is in `count` of the sets or more."""
    held = [-1] + [0] * count
    for one in sets:
        for number in range(count, 0, -1):
            held[number] |= held[number - 1] & one
    return held[count]


def _after(ends: int, step: Step) -> int:
    """Return where a step may begin whose predecessor can be over at any of these minutes."""
    if step.most_pause is None:
        return -1 << _lowest(ends) + step.least_pause
    found, width = ends << step.least_pause, step.most_pause - step.least_pause
    done = 0
    while done < width:
        shift = min(done + 1, width - done)
        found |= found << shift
        done += shift
    return found


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
