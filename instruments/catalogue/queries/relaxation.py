"""Queries room: where nothing fits, which single choice keeps most away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from instruments.booking.queries.free_days import free_days
from instruments.catalogue.queries.catalogue import CataloguePage
from instruments.catalogue.queries.filters import CatalogueFilters, narrowed, selected
from instruments.catalogue.queries.ranking import Reader, home_unit
from instruments.inventory.models import Instrument

# Every instrument has one value of these, so that the counts of the facet, which ignore its own choice, add up.
_BY_FACET = {
    "instrument_class": ("class", "classes"),
    "unit": ("unit", "units"),
    "region": ("region", "regions"),
    "sharing_mode": ("mode", "modes"),
    "value_band": ("band", "bands"),
}


@dataclass(frozen=True)
class Relaxation:
    """One choice, by the names of its parameters, and how many instruments fit without it."""

    names: tuple[str, ...]
    count: int


def best_relaxation(empty: CataloguePage, person: Reader, now: dt.datetime) -> Relaxation | None:
    """Return the choice that, taken away alone, brings most back; None where taking one away is not enough.

    The earlier in the address's own order wins a tie. At most seven queries, however many choices there are.
    """
    filters = empty.filters
    found = [
        Relaxation((name,), sum(empty.counted[facet].values()))
        for name, (facet, attribute) in _BY_FACET.items()
        if getattr(filters, attribute)
    ]
    if filters.days:
        found.append(Relaxation(("day",), empty.matches))
    for names, without in _COUNTED:
        rest = without(filters)
        if rest != filters:
            found.append(Relaxation(names, _count(rest, person, now)))
    best = max(found, key=lambda row: row.count, default=None)
    return best if best and best.count else None


def _count(filters: CatalogueFilters, person: Reader, now: dt.datetime) -> int:
    only = selected(filters)
    if filters.days:
        on_days = free_days(filters.minutes, now).free_on(filters.days, home_unit(person))
        only = on_days if only is None else only & on_days
    return narrowed(Instrument.objects.public(), filters, only=only).order_by().count()


_COUNTED: list[tuple[tuple[str, ...], Callable[[CatalogueFilters], CatalogueFilters]]] = [
    (("q",), lambda filters: replace(filters, q="")),
    (("field",), lambda filters: replace(filters, fields=())),
    (("state",), lambda filters: replace(filters, states=())),
    (("min_value", "max_value"), lambda filters: replace(filters, min_value=None, max_value=None)),
    (("free_from", "free_to"), lambda filters: replace(filters, free_from=None, free_to=None)),
    (("minutes",), lambda filters: replace(filters, minutes=None)),
]
