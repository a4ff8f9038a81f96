"""Queries room: the public catalogue, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from instruments.models import Instrument, Rate
from instruments.queries.facets import Facet, facets, public_counts, total_of
from instruments.queries.filters import CatalogueFilters, narrowed, ordered, selected
from instruments.queries.outlook import Outlook, outlooks
from instruments.rules.hours import local_day
from members.enums import UserCategory
from members.models import Person
from members.rules.categories import user_category

PAGE_SIZE = 24
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Card:
    """One instrument with what its card shows; `price` is the reader's yuan per hour, None where none is set.

    A visitor who is not signed in has no price of their own; `rates` holds those of every user category.
    """

    instrument: Instrument
    category: str | None
    price: Decimal | None
    rates: Mapping[str, Decimal]
    outlook: Outlook

    @property
    def shown_price(self) -> Decimal | None:
        """Return the reader's price, or the one for enterprises to a visitor who is not signed in."""
        return self.price if self.category else self.rates.get(UserCategory.ENTERPRISE)


@dataclass(frozen=True)
class CataloguePage:
    """A page of the catalogue; `page` carries the paging, `cards` its rows, `facets` the choices with counts."""

    page: Page[Instrument]
    cards: Sequence[Card]
    facets: Sequence[Facet]
    filters: CatalogueFilters

    @property
    def total(self) -> int:
        """How many instruments all pages hold together."""
        return self.page.paginator.count


class CountedPaginator(Paginator[Instrument]):
    """Pages over rows that somebody has counted already; without a number it counts itself."""

    def __init__(self, rows: QuerySet[Instrument], per_page: int, total: int | None) -> None:
        super().__init__(rows, per_page)
        self._rows, self._total = rows, total

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        return self._rows.count() if self._total is None else self._total


def catalogue(filters: CatalogueFilters) -> QuerySet[Instrument]:
    """Return the public instruments that fit, in order, with unit, region, class, policy and fields."""
    return _rows(filters, selected(filters))


def _rows(filters: CatalogueFilters, only: frozenset[int] | None) -> QuerySet[Instrument]:
    return with_names(ordered(narrowed(Instrument.objects.public(), filters, only=only), filters))


def with_names(instruments: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Add what names a row: unit, region, class and policy in the same query, the fields in one more."""
    return (
        instruments.select_related("unit", "region", "instrument_class", "policy")
        .prefetch_related("fields")
        .defer("search_text", "grams", "unit__about_zh", "unit__about_en")
    )


def catalogue_page(
    filters: CatalogueFilters,
    person: Person | AnonymousUser,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    now: dt.datetime | None = None,
) -> CataloguePage:
    """Return one page for a reader, in at most twelve queries however many rows; a page too far gives the last."""
    moment = now or timezone.now()
    only = selected(filters)
    counted = public_counts(filters, only)
    # The kept counts of the whole catalogue may be a minute old, so there the rows are counted.
    total = None if filters.is_empty else total_of(counted, filters)
    paginator = CountedPaginator(_rows(filters, only), min(max(page_size, 1), LARGEST_PAGE), total)
    shown = paginator.get_page(page)
    return CataloguePage(
        page=shown,
        cards=cards_of(list(shown.object_list), person, moment, filters.minutes),
        facets=facets(counted, filters),
        filters=filters,
    )


def cards_of(
    instruments: Sequence[Instrument],
    person: Person | AnonymousUser,
    now: dt.datetime,
    minutes: int | None = None,
) -> list[Card]:
    """Return the cards of instruments read by `with_names`, in four queries however many."""
    rates = rates_of([instrument.pk for instrument in instruments], local_day(now))
    ahead = outlooks(instruments, now, minutes)
    cards = []
    for instrument in instruments:
        category = (
            user_category(person.affiliation, person.home_unit_id, instrument.unit_id)
            if isinstance(person, Person)
            else None
        )
        prices = rates.get(instrument.pk, {})
        price = prices.get(category) if category else None
        cards.append(Card(instrument, category, price, prices, ahead[instrument.pk]))
    return cards


def rates_of(pks: Sequence[int], day: dt.date) -> dict[int, dict[str, Decimal]]:
    """Return yuan per hour by instrument and user category on a local day, in one query."""
    rows = Rate.objects.filter(instrument__in=pks, valid_from__lte=day).order_by("valid_from")
    found: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for pk, category, yuan in rows.values_list("instrument_id", "category", "yuan_per_hour"):
        found[pk][category] = yuan
    return dict(found)
