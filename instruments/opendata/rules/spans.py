"""Rules room: free time as spans of one local day, and what becomes of those that were published before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from instruments.availability.rules.bits import positions

Key = TypeVar("Key")
Said = TypeVar("Said")


def spans(rows: Sequence[int], among: int, a_day: int) -> Iterator[tuple[int, int, int]]:
    """Yield (position, first slot, slot after the last) of every stretch that is free, cut at the ends of days.

    `rows[n]` is the set of those free in the n-th slot after a local midnight, `a_day` how many slots a day has.
    """
    began: dict[int, int] = {}
    before = 0
    for slot, row in enumerate([*rows, 0]):
        now = row & among
        is_midnight = slot % a_day == 0
        for position in positions(before if is_midnight else before & ~now):
            yield position, began.pop(position), slot
        for position in positions(now if is_midnight else now & ~before):
            began[position] = slot
        before = now


@dataclass(frozen=True)
class Changes(Generic[Key, Said]):
    """What makes the published equal to what is: in the order in which they are told."""

    gone: list[Key]
    changed: dict[Key, Said]
    new: dict[Key, Said]

    def __bool__(self) -> bool:
        """Tell whether there is anything to tell."""
        return bool(self.gone or self.changed or self.new)


def changes(published: Mapping[Key, Said], wanted: Mapping[Key, Said]) -> Changes[Key, Said]:
    """Compare what was published with what is to be, by key and by what is said of it."""
    return Changes(
        gone=[key for key in published if key not in wanted],
        changed={key: said for key, said in wanted.items() if key in published and published[key] != said},
        new={key: said for key, said in wanted.items() if key not in published},
    )
