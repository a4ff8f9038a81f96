"""Queries room: what fits the choices of the catalogue, in the order in which a reader sees it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

from instruments.availability.rules.bits import positions
from instruments.catalogue.queries.filters import ORDERINGS, CatalogueFilters
from instruments.catalogue.queries.selection import Selection
from instruments.inventory.models import Instrument
from instruments.inventory.queries.search import GOES_BY_IT


def sort_of(filters: CatalogueFilters) -> str:
    """Return the order that was chosen, else the best match of a search, else what is free first."""
    return filters.ordering or ("relevance" if filters.q else "earliest")


class Ranked(Sequence[int]):
    """The keys of what fits, in order; a page of them is worked out no further than it is asked for.

    What the reader can book comes first by earliest slot, price and relevance. Where words are looked for, what goes by
    that name comes before all else. Of those that are free at the same moment each unit has its turn, so that no unit
    fills the first page. Only orders that the database knows ask it: one query.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection, self._sort = selection, sort_of(selection.filters)
        self._fitting = selection.fitting()

    def __len__(self) -> int:
        return self._fitting.bit_count()

    @overload
    def __getitem__(self, which: int) -> int: ...

    @overload
    def __getitem__(self, which: slice) -> list[int]: ...

    def __getitem__(self, which: int | slice) -> int | list[int]:
        if isinstance(which, int):
            return next(islice(self._keys(), which, None))
        return list(islice(self._keys(), which.start or 0, which.stop))

    def __iter__(self) -> Iterator[int]:
        return self._keys()

    def _keys(self) -> Iterator[int]:
        attributes = self._selection.attributes
        if self._sort in ORDERINGS and self._sort != "relevance":
            rows = Instrument.objects.public().order_by(*ORDERINGS[self._sort]).values_list("pk", flat=True)
            raw = self._fitting.to_bytes(len(attributes.pks) // 8 + 1, "little")
            for pk in rows:
                place = attributes.position.get(pk)
                if place is not None and raw[place >> 3] >> (place & 7) & 1:
                    yield pk
            return
        for alike in self._batches():
            yield from (attributes.pks[place] for place in self._in_turn(alike))

    def _batches(self) -> Iterator[int]:
        """Yield the sets of those that stand equal, in order."""
        may_book = self._selection.may_book
        for levels in self._levels():
            for bookable in (True, False):
                for level in levels:
                    part = level & may_book if bookable else level & ~may_book
                    for graded in self._graded(part):
                        yield from self._by_start(graded) if bookable else [graded]

    def _levels(self) -> Iterator[list[int]]:
        """Yield what was typed as a code, what goes by the words, and the rest: each by how well it matches."""
        if self._sort != "relevance":
            yield [self._fitting]
            return
        by_relevance: defaultdict[int, list[int]] = defaultdict(list)
        for pk, relevance in self._selection.relevance.items():
            by_relevance[relevance].append(pk)
        sets = {
            relevance: self._selection.attributes.places(pks) & self._fitting
            for relevance, pks in sorted(by_relevance.items())
        }
        yield [bits for relevance, bits in sets.items() if relevance < GOES_BY_IT]
        yield [bits for relevance, bits in sets.items() if relevance == GOES_BY_IT]
        yield [bits for relevance, bits in sets.items() if relevance > GOES_BY_IT]

    def _graded(self, part: int) -> Iterator[int]:
        """Part a set by price or distance, where that is the order; what has none comes last."""
        selection, rest = self._selection, part
        grades: Sequence[tuple[object, int]] = ()
        if self._sort == "price":
            grades = selection.prices
        elif self._sort == "nearest":
            grades = selection.regions
        for _yuan_or_kilometres, bits in grades:
            if found := bits & rest:
                yield found
                rest &= ~found
        if rest:
            yield rest

    def _by_start(self, part: int) -> Iterator[int]:
        rest = part
        for _start, found in self._selection.times.earliest(part):
            yield found
            rest &= ~found
        if rest:
            yield rest

    def _in_turn(self, alike: int) -> list[int]:
        attributes = self._selection.attributes
        places = sorted(positions(alike), key=attributes.codes.__getitem__)
        turns: Counter[int] = Counter()
        with_turn = []
        for place in places:
            turns[attributes.units[place]] += 1
            with_turn.append((turns[attributes.units[place]], place))
        # Sorting keeps the codes' order among equals.
        return [place for _turn, place in sorted(with_turn, key=lambda pair: pair[0])]
