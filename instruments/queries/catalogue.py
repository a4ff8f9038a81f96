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

from instruments.models import Instrument, Rate
from instruments.queries.availability import instruments_free_on
from instruments.queries.facets import Facet, facets
from instruments.queries.filters import CatalogueFilters, narrowed, ordered
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


def catalogue(filters: CatalogueFilters, *, free_pks: frozenset[int] | None = None) -> QuerySet[Instrument]:
    """Return the public instruments that fit, in order, with unit, region, class, policy and fields."""
    if free_pks is None:
        free_pks = free_instruments(filters)
    rows = narrowed(Instrument.objects.public(), filters, free_pks=free_pks)
    return with_names(ordered(rows, filters))


def with_names(instruments: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Add what names a row: unit, region, class and policy in the same query, the fields in one more."""
    return (
        instruments.select_related("unit", "region", "instrument_class", "policy")
        .prefetch_related("fields")
        .defer("search_text", "grams", "unit__about_zh", "unit__about_en")
    )


def free_instruments(filters: CatalogueFilters) -> frozenset[int] | None:
    """Return the instruments with a free slot in the wanted time, or None where no time is chosen."""
    if filters.window is None:
        return None
    start, end = filters.window
    return frozenset(instruments_free_on(start, end, filters.minutes))


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
    free_pks = free_instruments(filters)
    paginator = Paginator(catalogue(filters, free_pks=free_pks), min(max(page_size, 1), LARGEST_PAGE))
    shown = paginator.get_page(page)
    return CataloguePage(
        page=shown,
        cards=cards_of(list(shown.object_list), person, moment, filters.minutes),
        facets=facets(filters, free_pks),
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
