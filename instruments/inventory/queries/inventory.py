"""Queries room: the inventory of one unit, with how complete each record is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    Field,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThan

from display.stamps import kept_while
from folding.characters import ForeignDigits, code
from instruments.inventory.models import Instrument, InstrumentField, InstrumentFunding
from instruments.inventory.queries.search import matching
from instruments.inventory.rules.completeness import RECORD, Completeness, completeness, percent_of
from members.models import MemberUnit

PAGE_SIZE = 20
_NUMBER = re.compile(r"-(\d{4,})$")


@dataclass(frozen=True)
class InventoryFilters:
    """What a unit narrows its inventory by; several values of one kind mean any of them."""

    q: str = ""
    states: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    incomplete: bool = False
    only: frozenset[int] | None = None
    """Primary keys to which the list is narrowed; None for all."""


@dataclass(frozen=True)
class InventoryRow:
    """One instrument of the unit."""

    instrument: Instrument
    completeness: Completeness


@dataclass(frozen=True)
class InventoryTotals:
    """The whole inventory: instruments, those openly shared, those whose record has gaps, their value in yuan,
    mean completeness in percent.
    """

    instruments: int
    shared: int
    incomplete: int
    value: Decimal
    completeness: Decimal


def inventory(
    unit: MemberUnit, filters: InventoryFilters, *, page: int = 1, page_size: int = PAGE_SIZE
) -> tuple[Page[Instrument], list[InventoryRow]]:
    """Return a page of a unit's instruments, retired and unshared ones too, least complete first if so asked.

    Four queries however many rows. A page too far gives the last.
    """
    rows: QuerySet[Instrument] = Instrument.objects.filter(unit=unit)
    if filters.states:
        rows = rows.filter(state__in=filters.states)
    if filters.only is not None:
        rows = rows.filter(pk__in=filters.only)
    if filters.modes:
        rows = rows.filter(sharing_mode__in=filters.modes)
    rows = with_record(_found(rows, filters.q).order_by("code"))
    if filters.incomplete:
        # The score is arithmetic over the row, so the few rows of one unit are sorted here.
        scored = [(completeness_of(row).percent, row.code, row) for row in rows]
        chosen: Sequence[Instrument] = [
            row for percent, _code, row in sorted(scored, key=_first_two) if percent < 100
        ]
        shown: Page[Instrument] = Paginator(chosen, page_size).get_page(page)
    else:
        shown = Paginator(rows, page_size).get_page(page)
    return shown, [InventoryRow(row, completeness_of(row)) for row in shown.object_list]


def _found(rows: QuerySet[Instrument], query: str) -> QuerySet[Instrument]:
    """Keep what holds the words, or whose number in the unit holds the query; the public search never sees that one."""
    if not query:
        return rows
    by_words = Q(pk__in=matching(rows, query).order_by().values("pk"))
    try:
        return rows.filter(by_words | Q(inner_id__icontains=code(query)))
    except ForeignDigits:
        return rows.filter(by_words)


def with_record(instruments: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Add what the national record asks for: class and region in the same query, fields and funds in two more."""
    return (
        instruments.select_related("unit", "region", "instrument_class")
        .prefetch_related(
            Prefetch("field_links", InstrumentField.objects.select_related("field").order_by("position")),
            Prefetch("funding", InstrumentFunding.objects.order_by("source")),
        )
        .defer("search_text", "grams")
    )


def completeness_of(instrument: Instrument) -> Completeness:
    """Return how much of the national record of one instrument is filled in."""
    links: dict[str, object] = {
        "fields": list(instrument.field_links.all()),
        "funding": list(instrument.funding.all()),
        "instrument_class": instrument.instrument_class_id,
        "region": instrument.region_id,
    }
    return completeness({name: links.get(name, getattr(instrument, name, None)) for name in RECORD})


def inventory_totals(unit: MemberUnit) -> InventoryTotals:
    """Return the figures above a unit's inventory; retired instruments are not counted. Three queries.

    Kept for some minutes, while nothing of the unit's instruments changes.
    """
    names = (f"of_unit.{unit.pk}", "units")
    return kept_while(f"inventory_totals.{unit.pk}", names, lambda: _totals(unit))


def _totals(unit: MemberUnit) -> InventoryTotals:
    rows = Instrument.objects.filter(unit=unit).exclude(state="retired")
    summed = rows.aggregate(number=Count("pk"), value=Sum("original_value"))
    number = summed["number"]
    filled = rows.order_by().annotate(filled=_filled()).values_list("filled").annotate(Count("pk"))
    percents = [(percent_of(columns), count) for columns, count in filled]
    mean = sum((percent * count for percent, count in percents), Decimal()) / number if number else Decimal()
    return InventoryTotals(
        instruments=number,
        shared=rows.public().count(),
        incomplete=sum(count for percent, count in percents if percent < 100),
        value=(summed["value"] or Decimal()).quantize(Decimal("0.01")),
        completeness=mean.quantize(Decimal("0.1"), ROUND_HALF_UP),
    )


def _filled() -> Combinable:
    """Count the filled columns of the record in the database, by the rule of `completeness`."""
    links = {
        "fields": Exists(InstrumentField.objects.filter(instrument=OuterRef("pk"))),
        "funding": Exists(InstrumentFunding.objects.filter(instrument=OuterRef("pk"))),
    }
    filled: Combinable = Value(0)
    for name in RECORD:
        condition = links.get(name) or _is_filled(Instrument._meta.get_field(name))
        filled += Case(When(condition, then=1), default=0, output_field=IntegerField())
    return filled


def _is_filled(field: Field[Any, Any] | Any) -> Q | GreaterThan:
    if isinstance(field, CharField | TextField):
        return GreaterThan(Length(Trim(F(field.name))), 0)
    given = Q(**{f"{field.name}__isnull": False})
    return given & ~Q(**{field.name: 0}) if isinstance(field, DecimalField) else given


def next_code(unit: MemberUnit) -> str:
    """Return the next free code of a unit, `IMU-0042`; the caller holds the unit's lock."""
    codes = Instrument.objects.filter(unit=unit, code__startswith=f"{unit.code}-").values_list(
        "code", flat=True
    )
    numbers = [int(found[1]) for code in codes if (found := _NUMBER.search(code))]
    return f"{unit.code}-{max(numbers, default=0) + 1:04d}"


def _first_two(row: tuple[Decimal, str, Instrument]) -> tuple[Decimal, str]:
    return row[0], row[1]
