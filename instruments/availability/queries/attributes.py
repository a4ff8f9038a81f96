"""Queries room: what instruments are found by, as sets of positions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from instruments.availability.queries.reading import Facts, fields_of, prices_of
from instruments.availability.rules.bits import bits_of
from instruments.inventory.enums import SharingMode
from instruments.inventory.rules.value_bands import band_of
from instruments.terms.rules.bookers import categories_in, people_in
from members.enums import UserCategory

PUBLIC, OPEN, NAMED = "public", "open", "named people only"
Sets = dict[str, dict[object, int]]
"""Kind of attribute, its value, and the set of those that have it."""


@dataclass
class Attributes:
    """The position of every instrument and, for each value of each attribute, the set of those that have it.

    Kinds: `field`, `class` (the full code), `unit`, `region`, `mode`, `state`, `band` (of original value), `of_unit`
    (key of the owning unit), `terms`, `approval`, `price <category>` by yuan per hour, and `is`: in the public
    catalogue, open for bookings, for named people only. `closed` has the user categories that may not book, `named` the
    addresses of who alone may.
    """

    day: dt.date
    pks: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    position: dict[int, int] = field(default_factory=dict)
    sets: Sets = field(default_factory=dict)

    def of(self, kind: str, *values: object) -> int:
        """Return the set of those that have one of the values."""
        known, found = self.sets.get(kind, {}), 0
        for value in values:
            found |= known.get(value, 0)
        return found

    def values(self, kind: str) -> Mapping[object, int]:
        """Return the set of each value that occurs."""
        return self.sets.get(kind, {})

    @property
    def public(self) -> int:
        """Those of the public catalogue."""
        return self.of("is", PUBLIC)

    def bookable(self, unit_pk: int | None, outside: str = "", address: str = "") -> int:
        """Return those that take bookings from somebody of a unit (None: of no member unit).

        `outside` is the user category of the person at instruments of other units; without it, who may book by category
        and address is left out.
        """
        mine = self.of("of_unit", unit_pk)
        shared = self.public & self.of("is", OPEN) & (mine | ~self.of("mode", SharingMode.INTERNAL.value))
        if not outside:
            return shared
        closed = self.of("closed", outside) & ~mine | self.of("closed", UserCategory.INTERNAL.value) & mine
        others = self.of("is", NAMED) & ~self.of("named", address.lower())
        return shared & ~closed & ~others

    def places(self, pks: Iterable[int]) -> int:
        """Return the set of these keys; unknown ones are left out."""
        return bits_of(self.position[pk] for pk in pks if pk in self.position)

    @property
    def everything(self) -> int:
        """All positions."""
        return (1 << len(self.pks)) - 1


def attributes_of(facts: Collection[Facts], day: dt.date) -> Attributes:
    """Work out the sets of all instruments in the given order, with the prices of a day; two queries."""
    made = Attributes(day)
    places: dict[str, dict[object, list[int]]] = defaultdict(lambda: defaultdict(list))
    fields, prices = fields_of(), prices_of(day)
    for one in facts:
        position = _placed(made, one)
        for kind, value in _values(one, fields.get(one.pk, ()), prices.get(one.pk, {})):
            places[kind][value].append(position)
    made.sets = {
        kind: {value: bits_of(found) for value, found in values.items()} for kind, values in places.items()
    }
    return made


def take_over(attributes: Attributes, facts: Collection[Facts]) -> None:
    """Write what some instruments are found by now, new ones at the end; two queries."""
    pks = [one.pk for one in facts]
    fields, prices = fields_of(pks), prices_of(attributes.day, pks)
    for one in facts:
        bit = 1 << _placed(attributes, one)
        for values in attributes.sets.values():
            for value, found in values.items():
                if found & bit:
                    values[value] = found ^ bit
        for kind, value in _values(one, fields.get(one.pk, ()), prices.get(one.pk, {})):
            known = attributes.sets.setdefault(kind, {})
            known[value] = known.get(value, 0) | bit


def _placed(attributes: Attributes, one: Facts) -> int:
    position = attributes.position.get(one.pk)
    if position is None:
        position = attributes.position[one.pk] = len(attributes.pks)
        attributes.pks.append(one.pk)
        attributes.codes.append(one.code)
        attributes.units.append(one.unit_pk)
    attributes.codes[position], attributes.units[position] = one.code, one.unit_pk
    return position


def _values(one: Facts, fields: Iterable[str], prices: Mapping[str, Decimal]) -> Iterable[tuple[str, object]]:
    yield from (("field", code) for code in fields)
    yield from (
        ("class", one.instrument_class),
        ("unit", one.unit),
        ("of_unit", one.unit_pk),
        ("region", one.region),
        ("mode", one.mode),
        ("state", one.state),
        ("terms", one.terms),
        ("approval", one.approval),
        ("band", band_of(one.value)),
    )
    open_to, named = categories_in(one.bookers[0]), people_in(one.bookers[1])
    yield from (("closed", category) for category in UserCategory.values if category not in open_to)
    yield from (("named", address) for address in named)
    told = ((PUBLIC, one.is_public), (OPEN, one.is_open), (NAMED, bool(named)))
    yield from (("is", name) for name, holds in told if holds)
    yield from ((f"price {category}", yuan) for category, yuan in prices.items())
