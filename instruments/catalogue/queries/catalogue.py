"""Queries room: the public catalogue, a page at a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from instruments.availability.queries.free_times import coming_days
from instruments.availability.queries.reading import prices_of
from instruments.booking.queries.availability import is_open_for_booking
from instruments.booking.queries.availability_ahead import AvailabilityAhead, availability_ahead
from instruments.booking.rules.free_slots import FreeSlot
from instruments.catalogue.queries.facets import Facet, counts, facets
from instruments.catalogue.queries.filters import ORDERINGS, CatalogueFilters
from instruments.catalogue.queries.ranking import Ranked
from instruments.catalogue.queries.selection import Reader, Selection, category_at
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.queries.search import with_relevance
from instruments.terms.queries.policy import approval_needed, policy_of, terms_of
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.pricing import price as price_of
from members.enums import UserCategory

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
    outlook: AvailabilityAhead
    is_kept_inside: bool = False

    @property
    def shown_price(self) -> Decimal | None:
        """Return the reader's price, or the one for enterprises to a visitor; None where the reader cannot book."""
        if self.is_kept_inside:
            return None
        return self.price if self.category else self.rates.get(UserCategory.ENTERPRISE)

    @property
    def is_bookable(self) -> bool:
        """Say whether this reader, or for a visitor anybody from outside, may book it at present."""
        return not self.is_kept_inside and is_open_for_booking(self.instrument)

    @property
    def needs_approval(self) -> bool:
        """Say whether the offered slot, or one of the usual length, waits for approval; a visitor may be anybody."""
        policy = policy_of(self.instrument)
        minutes = self.slot_minutes or terms_of(policy).usual_minutes()
        return approval_needed(
            policy, self.category or UserCategory.ENTERPRISE, dt.timedelta(minutes=minutes)
        )

    @property
    def slot(self) -> FreeSlot | None:
        """Return the slot to offer, None where the reader cannot book."""
        return self.outlook.next_free if self.is_bookable else None

    @property
    def slot_minutes(self) -> int | None:
        """Return the length of the offered slot."""
        return None if self.slot is None else (self.slot.end - self.slot.start) // dt.timedelta(minutes=1)

    @property
    def slot_price(self) -> Decimal | None:
        """Return what the offered slot costs, None without a slot or a price."""
        return None if self.slot is None else self.price_for(self.slot)

    def price_for(self, slot: FreeSlot) -> Decimal | None:
        """Return what a slot costs, None without a price."""
        return None if self.shown_price is None else price_of(self.shown_price, slot.start, slot.end)


@dataclass(frozen=True)
class CataloguePage:
    """A page of the catalogue; `page` carries the paging, `cards` its rows, `facets` the choices with counts.

    `days` holds each of the coming days with how many of what fits is free then, whatever days are chosen.
    """

    page: Page[int]
    cards: Sequence[Card]
    facets: Sequence[Facet]
    days: Sequence[tuple[dt.date, int]]
    selection: Selection

    @property
    def filters(self) -> CatalogueFilters:
        """What was chosen."""
        return self.selection.filters

    @property
    def total(self) -> int:
        """How many instruments all pages hold together."""
        return self.page.paginator.count


def catalogue(filters: CatalogueFilters, now: dt.datetime) -> QuerySet[Instrument]:
    """Return the public instruments that fit, in order, with unit, region, class, policy and fields."""
    rows: QuerySet[Instrument] = Instrument.objects.public()
    if not filters.is_empty:
        selection = Selection(filters, None, now)
        rows = rows.filter(pk__in=listed(selection.keys(selection.fitting()), rows.db))
    ordering = filters.ordering or ("relevance" if filters.q else "code")
    if ordering == "relevance":
        rows = with_relevance(rows, filters.q)
    return with_names(rows.order_by(*ORDERINGS[ordering])).prefetch_related("fields")


def with_names(instruments: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Add what names a row: unit, region, class and policy, in the same query."""
    return instruments.select_related("unit__policy", "region", "instrument_class", "policy").defer(
        "search_text", "grams", "unit__about_zh", "unit__about_en"
    )


def counted_days(selection: Selection) -> list[tuple[dt.date, int]]:
    """Return each of the coming days with how many of what fits the reader can book then, whatever days are chosen."""
    fitting = selection.fitting("day") & selection.may_book
    by_day = selection.coming.by_day
    return [(day, (by_day.get(day, 0) & fitting).bit_count()) for day in coming_days(selection.now)]


def catalogue_page(
    filters: CatalogueFilters,
    person: Reader,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    now: dt.datetime | None = None,
) -> CataloguePage:
    """Return one page for a reader, in at most seven queries however many rows; a page too far gives the last."""
    moment = now or timezone.now()
    selection = Selection(filters, person, moment)
    shown = Paginator(Ranked(selection), min(max(page_size, 1), LARGEST_PAGE)).get_page(page)
    return CataloguePage(
        page=shown,
        cards=cards_of(rows_of(shown.object_list), selection),
        facets=facets(counts(selection), filters),
        days=counted_days(selection),
        selection=selection,
    )


def rows_of(pks: Iterable[int]) -> list[Instrument]:
    """Return public instruments in the order of their keys, as `with_names` reads them; one query."""
    wanted = list(pks)
    rows = with_names(Instrument.objects.public()).in_bulk(wanted)
    return [rows[pk] for pk in wanted if pk in rows]


def cards_of(instruments: Sequence[Instrument], selection: Selection, slots: int = 1) -> list[Card]:
    """Return the cards of instruments read by `with_names`, in three queries however many.

    The slot that is offered lies in the chosen times; where none are chosen, at night before not at all.
    """
    rates = prices_of(local_day(selection.now), [instrument.pk for instrument in instruments])
    ahead = availability_ahead(
        instruments, selection.now, selection.wish, or_at_night=not selection.has_times, count=slots
    )
    unit = selection.unit
    cards = []
    for instrument in instruments:
        category = category_at(selection.reader, instrument.unit_id)
        prices = rates.get(instrument.pk, {})
        mine = prices.get(category) if category else None
        inside = instrument.sharing_mode == SharingMode.INTERNAL and unit != instrument.unit_id
        cards.append(Card(instrument, category, mine, prices, ahead[instrument.pk], inside))
    return cards


def listed(pks: Collection[int], using: str) -> RawSQL:
    """Return the keys as a subquery with one parameter: thousands of them cost no more than a few."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", (sorted(pks),))
    return RawSQL("SELECT value FROM json_each(%s)", (json.dumps(sorted(pks)),))
