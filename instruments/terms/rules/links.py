"""Rules room: instruments that are used only together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

MOST_LINKS = 4
"""How many others one instrument may need."""


def connected(start: int, pairs: Iterable[tuple[int, int]]) -> set[int]:
    """Return what hangs together with one by pairs, whichever way round they are, itself among it."""
    left, found = list(pairs), {start}
    while touching := [pair for pair in left if found.intersection(pair)]:
        found.update(*touching)
        left = [pair for pair in left if pair not in touching]
    return found


def missing_links(
    wanted: Collection[int], further: Mapping[int, Collection[int]], own: int
) -> dict[int, set[int]]:
    """Return for each that is wanted what it needs itself and is not wanted: whoever is needed is named directly.

    `further` is what each of them needs; what needs `own` has it.
    """
    found = {one: set(further.get(one, ())) - set(wanted) - {own} for one in wanted}
    return {one: rest for one, rest in found.items() if rest}
