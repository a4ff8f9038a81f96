"""Queries room: what a catalogue may be narrowed by, and the narrowing itself."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connections
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from instruments.booking.queries.availability import instruments_free_on
from instruments.catalogue.rules.value_bands import BANDS_BY_CODE
from instruments.inventory.models import Instrument, InstrumentField
from instruments.inventory.queries.search import matching, with_relevance
from instruments.inventory.rules.class_codes import subtree_prefix

ORDERINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code",),
    "name": ("name_zh", "code"),
    "value": ("original_value", "code"),
    "-value": ("-original_value", "code"),
    "newest": ("-started_on", "code"),
    "relevance": ("relevance", "code"),
}
"""What each ordering sorts by; the code last, so that paging never shows a row twice."""


@dataclass(frozen=True)
class CatalogueFilters:
    """What a reader has chosen; an empty choice narrows nothing, several values of one kind mean any of them.

    Values in yuan, times aware, lengths in minutes. Days narrow by what the reader may book (`free_days`).
    """

    q: str = ""
    fields: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    free_from: dt.datetime | None = None
    free_to: dt.datetime | None = None
    days: tuple[dt.date, ...] = ()
    minutes: int | None = None
    ordering: str = ""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing narrows the catalogue; the ordering does not."""
        return CatalogueFilters(ordering=self.ordering, minutes=self.minutes) == self

    @property
    def window(self) -> tuple[dt.datetime, dt.datetime] | None:
        """The time in which a slot must be free, once both ends are chosen."""
        if self.free_from is None or self.free_to is None:
            return None
        return self.free_from, self.free_to


def narrowed(
    instruments: QuerySet[Instrument],
    filters: CatalogueFilters,
    *,
    only: frozenset[int] | None = None,
    ignoring: str = "",
) -> QuerySet[Instrument]:
    """Apply every choice but the one of the facet `ignoring` (`field`, `class`, `unit`, `region`, `mode`, `band`).

    Days are not looked at; words and free time narrow through `only`, the keys read once by `selected`, so that all
    facets share them.
    """
    for facet, condition in _CONDITIONS.items():
        if facet != ignoring and (chosen := condition(filters)) is not None:
            instruments = instruments.filter(chosen)
    if filters.min_value is not None:
        instruments = instruments.filter(original_value__gte=filters.min_value)
    if filters.max_value is not None:
        instruments = instruments.filter(original_value__lte=filters.max_value)
    return instruments if only is None else instruments.filter(pk__in=_listed(only, instruments.db))


def selected(filters: CatalogueFilters) -> frozenset[int] | None:
    """Return the keys of the public instruments that hold the words and are free in the wanted time.

    None where neither is asked for. One query for the words, five for the time.
    """
    found: frozenset[int] | None = None
    if filters.q:
        rows = matching(Instrument.objects.public(), filters.q)
        found = frozenset(rows.order_by().values_list("pk", flat=True))
    if filters.window is not None:
        start, end = filters.window
        found = frozenset(instruments_free_on(start, end, filters.minutes, among=found))
    return found


def ordered(instruments: QuerySet[Instrument], filters: CatalogueFilters) -> QuerySet[Instrument]:
    """Sort as chosen; by relevance where something is searched and nothing chosen, by code otherwise."""
    ordering = filters.ordering or ("relevance" if filters.q else "code")
    if ordering == "relevance":
        instruments = with_relevance(instruments, filters.q)
    return instruments.order_by(*ORDERINGS[ordering])


def _listed(pks: frozenset[int], using: str) -> RawSQL:
    """Return the keys as a subquery with one parameter: thousands of them cost no more than a few."""
    if connections[using].vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", (sorted(pks),))
    return RawSQL("SELECT value FROM json_each(%s)", (json.dumps(sorted(pks)),))


def _in_fields(filters: CatalogueFilters) -> Q | None:
    if not filters.fields:
        return None
    # By subquery, so that an instrument of two chosen fields comes once.
    links = InstrumentField.objects.filter(field__code__in=filters.fields)
    return Q(pk__in=links.order_by().values("instrument"))


def _in_classes(filters: CatalogueFilters) -> Q | None:
    if not filters.classes:
        return None
    condition = Q()
    for code in filters.classes:
        condition |= Q(instrument_class__code__startswith=subtree_prefix(code))
    return condition


def _in_bands(filters: CatalogueFilters) -> Q | None:
    if not filters.bands:
        return None
    condition = Q()
    for code in filters.bands:
        condition |= band_condition(code)
    return condition


def band_condition(code: str) -> Q:
    """Return the condition of a value band. Raises KeyError for a code that is none."""
    band = BANDS_BY_CODE[code]
    condition = Q(original_value__gte=band.low)
    return condition if band.high is None else condition & Q(original_value__lt=band.high)


_CONDITIONS: dict[str, Callable[[CatalogueFilters], Q | None]] = {
    "field": _in_fields,
    "class": _in_classes,
    "unit": lambda filters: Q(unit__code__in=filters.units) if filters.units else None,
    "region": lambda filters: Q(region__code__in=filters.regions) if filters.regions else None,
    "mode": lambda filters: Q(sharing_mode__in=filters.modes) if filters.modes else None,
    "state": lambda filters: Q(state__in=filters.states) if filters.states else None,
    "band": _in_bands,
}
