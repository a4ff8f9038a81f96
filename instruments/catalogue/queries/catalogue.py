"""Queries room: the public catalogue, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone

from background.kept import kept
from instruments.booking.queries.availability import is_open_for_booking
from instruments.booking.queries.availability_ahead import AvailabilityAhead, availability_ahead
from instruments.booking.queries.free_days import KEPT_SECONDS, free_days, generation
from instruments.booking.rules.free_slots import FreeSlot
from instruments.catalogue.queries.facets import Facet, facets, public_counts
from instruments.catalogue.queries.filters import CatalogueFilters, narrowed, ordered, selected
from instruments.catalogue.queries.ranking import Reader, category_at, home_unit, matches, ranked, sort_of
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.terms.models import Rate
from instruments.terms.queries.policy import approval_needed, policy_of, terms_of
from instruments.terms.rules.hours import local_day
from instruments.terms.rules.pricing import price as price_of
from members.enums import UserCategory

PAGE_SIZE = 24
LARGEST_PAGE = 100
_KEY = "catalogue.order"


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
        if self.slot is None or self.shown_price is None:
            return None
        return price_of(self.shown_price, self.slot.start, self.slot.end)


@dataclass(frozen=True)
class CataloguePage:
    """A page of the catalogue; `page` carries the paging, `cards` its rows, `facets` the choices with counts.

    `days` holds each of the coming days with how many of what fits is free then, whatever days are chosen; `matches`
    is the number that fits without any day.
    """

    page: Page[int]
    cards: Sequence[Card]
    facets: Sequence[Facet]
    days: Sequence[tuple[dt.date, int]]
    matches: int
    filters: CatalogueFilters
    counted: Mapping[str, Mapping[str, int]]

    @property
    def total(self) -> int:
        """How many instruments all pages hold together."""
        return self.page.paginator.count


@dataclass(frozen=True)
class SearchResult:
    """What fits all choices: keys in order, and counts by day whatever days are chosen."""

    pks: list[int]
    days: Sequence[tuple[dt.date, int]]
    matches: int
    only: frozenset[int] | None


def catalogue(filters: CatalogueFilters) -> QuerySet[Instrument]:
    """Return the public instruments that fit, in order, with unit, region, class, policy and fields."""
    rows = ordered(narrowed(Instrument.objects.public(), filters, only=selected(filters)), filters)
    return with_names(rows).prefetch_related("fields")


def with_names(instruments: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Add what names a row: unit, region, class and policy, in the same query."""
    return instruments.select_related("unit__policy", "region", "instrument_class", "policy").defer(
        "search_text", "grams", "unit__about_zh", "unit__about_en"
    )


def search(filters: CatalogueFilters, person: Reader, now: dt.datetime) -> SearchResult:
    """Return what fits for a reader, in order: one query, one more for words, five for a time, four for days.

    The whole catalogue in its usual order is kept a minute for the people of each unit.
    """
    unit = home_unit(person)
    if not filters.is_empty or sort_of(filters) != "earliest":
        return _search(filters, person, now)
    key = f"{_KEY}.{generation()}.{filters.minutes or 'usual'}.{unit}.{local_day(now)}"
    return kept(key, KEPT_SECONDS, lambda: _search(filters, person, now))


def _search(filters: CatalogueFilters, person: Reader, now: dt.datetime) -> SearchResult:
    only, free, unit = selected(filters), free_days(filters.minutes, now), home_unit(person)
    found = matches(filters, only)
    days = free.counts(unit, [match.pk for match in found])
    everything = len(found)
    if filters.days:
        on_days = free.free_on(filters.days, unit)
        only = on_days if only is None else only & on_days
        found = [match for match in found if match.pk in on_days]
    return SearchResult(ranked(found, filters, free, person, local_day(now)), days, everything, only)


def catalogue_page(
    filters: CatalogueFilters,
    person: Reader,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    now: dt.datetime | None = None,
) -> CataloguePage:
    """Return one page for a reader, in at most twelve queries however many rows; a page too far gives the last."""
    moment = now or timezone.now()
    found = search(filters, person, moment)
    counted = public_counts(filters, found.only)
    shown = Paginator(found.pks, min(max(page_size, 1), LARGEST_PAGE)).get_page(page)
    # What was hidden within the minute of a kept order is not shown any more.
    rows = with_names(Instrument.objects.public()).in_bulk(list(shown.object_list))
    return CataloguePage(
        page=shown,
        cards=cards_of(
            [rows[pk] for pk in shown.object_list if pk in rows],
            person,
            moment,
            filters.minutes,
            filters.days,
        ),
        facets=facets(counted, filters),
        days=found.days,
        matches=found.matches,
        filters=filters,
        counted=counted,
    )


def cards_of(
    instruments: Sequence[Instrument],
    person: Reader,
    now: dt.datetime,
    minutes: int | None = None,
    days: Collection[dt.date] = (),
) -> list[Card]:
    """Return the cards of instruments read by `with_names`, in four queries however many."""
    rates = rates_of([instrument.pk for instrument in instruments], local_day(now))
    ahead = availability_ahead(instruments, now, minutes, days)
    unit = home_unit(person)
    cards = []
    for instrument in instruments:
        category = category_at(person, instrument.unit_id)
        prices = rates.get(instrument.pk, {})
        mine = prices.get(category) if category else None
        inside = instrument.sharing_mode == SharingMode.INTERNAL and unit != instrument.unit_id
        cards.append(Card(instrument, category, mine, prices, ahead[instrument.pk], inside))
    return cards


def rates_of(pks: Sequence[int], day: dt.date) -> dict[int, dict[str, Decimal]]:
    """Return yuan per hour by instrument and user category on a local day, in one query."""
    rows = Rate.objects.filter(instrument__in=pks, valid_from__lte=day).order_by("valid_from")
    found: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for pk, category, yuan in rows.values_list("instrument_id", "category", "yuan_per_hour"):
        found[pk][category] = yuan
    return dict(found)
