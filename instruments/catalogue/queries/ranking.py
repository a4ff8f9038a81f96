"""Queries room: what fits the choices of the catalogue, in the order in which a reader sees it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser

from instruments.booking.queries.free_days import FreeDays
from instruments.catalogue.queries.filters import ORDERINGS, CatalogueFilters, narrowed, ordered
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.queries.search import GOES_BY_IT
from instruments.terms.models import Rate
from members.enums import UserCategory
from members.models import Person
from members.rules.categories import user_category

Reader = Person | AnonymousUser


@dataclass(frozen=True)
class Match:
    """One instrument that fits, before any day is asked for."""

    pk: int
    unit: int
    code: str
    mode: str
    relevance: int = 0


def home_unit(person: Reader) -> int | None:
    """Return the key of the reader's own unit, None for a visitor and for people of no member unit."""
    return person.home_unit_id if isinstance(person, Person) else None


def matches(filters: CatalogueFilters, only: frozenset[int] | None) -> list[Match]:
    """Return what fits all choices but the days, in the order the database knows; one query."""
    sort = sort_of(filters)
    known = replace(filters, ordering=sort if sort in ORDERINGS else "code")
    rows = ordered(narrowed(Instrument.objects.public(), known, only=only), known)
    columns = ["pk", "unit_id", "code", "sharing_mode"]
    if sort == "relevance":
        columns.append("relevance")
    return [Match(*row) for row in rows.values_list(*columns)]


def sort_of(filters: CatalogueFilters) -> str:
    """Return the order that was chosen, else the best match of a search, else what is free first."""
    return filters.ordering or ("relevance" if filters.q else "earliest")


def ranked(
    found: Sequence[Match], filters: CatalogueFilters, free: FreeDays, person: Reader, today: dt.date
) -> list[int]:
    """Return the keys in order. What the reader can book comes first by earliest slot, price and relevance.

    Where words are looked for, what goes by that name comes before all else.

    Of those that are free at the same moment each unit has its turn, so that no unit fills the first page. Only the
    order by price asks the database: one query.
    """
    sort = sort_of(filters)
    if sort not in {"relevance", "earliest", "price"}:
        return [match.pk for match in found]
    bookable = free.bookable(home_unit(person))
    starts = {match.pk: free.earliest(match.pk, filters.days) for match in found if match.pk in bookable}
    prices = shown_prices(found, person, today) if sort == "price" else {}

    def rank(match: Match) -> tuple[int | Decimal, ...]:
        start = starts.get(match.pk)
        # A code that was typed is meant, whatever its state.
        typed = sort == "relevance" and match.relevance < GOES_BY_IT
        price = prices.get(match.pk)
        return (
            not typed,
            sort == "relevance" and match.relevance > GOES_BY_IT,
            match.pk not in bookable,
            price is None,
            price or 0,
            match.relevance,
            start is None,
            start or 0,
        )

    return [match.pk for match in _in_turn(found, rank)]


def shown_prices(found: Sequence[Match], person: Reader, today: dt.date) -> dict[int, Decimal]:
    """Return yuan per hour as the reader sees it, by key; those without a price are missing. One query."""
    rows = Rate.objects.filter(valid_from__lte=today).order_by("valid_from")
    known: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for pk, category, yuan in rows.values_list("instrument_id", "category", "yuan_per_hour"):
        known[pk][category] = yuan
    prices = {}
    for match in found:
        price = known[match.pk].get(category_at(person, match.unit) or UserCategory.ENTERPRISE)
        if price is not None and not (match.mode == SharingMode.INTERNAL and home_unit(person) != match.unit):
            prices[match.pk] = price
    return prices


def category_at(person: Reader, unit_pk: int) -> str | None:
    """Return the price category of a reader at the instruments of a unit, None for a visitor."""
    return (
        user_category(person.affiliation, person.home_unit_id, unit_pk)
        if isinstance(person, Person)
        else None
    )


def _in_turn(found: Sequence[Match], rank: Callable[[Match], tuple[int | Decimal, ...]]) -> list[Match]:
    keyed = sorted(((rank(match), match) for match in found), key=lambda pair: (pair[0], pair[1].code))
    turns: Counter[object] = Counter()
    with_turn = []
    for key, match in keyed:
        turns[key, match.unit] += 1
        with_turn.append((key, turns[key, match.unit], match.code, match))
    return [row[-1] for row in sorted(with_turn, key=lambda row: row[:3])]
