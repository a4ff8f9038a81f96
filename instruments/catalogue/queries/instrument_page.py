"""Queries room: what the page of one instrument shows beside its record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.terms.queries.rates import category_of, price_list
from instruments.terms.rules.hours import local_midnight
from instruments.usage.models import OUTSIDE, UsageRecord
from members.enums import UserCategory
from members.models import Person

CENTS = Decimal("0.01")


@dataclass(frozen=True)
class PriceRow:
    """The hourly price of one user category; `is_mine` marks the reader's own."""

    category: str
    label: str
    yuan_per_hour: Decimal | None
    is_mine: bool


@dataclass(frozen=True)
class YearOfUse:
    """Effective and external hours of one calendar year."""

    year: int
    effective: Decimal
    external: Decimal

    @property
    def external_percent(self) -> Decimal:
        """Return external / effective in percent with one decimal; 0 without hours."""
        return (
            (100 * self.external / self.effective).quantize(Decimal("0.1")) if self.effective else Decimal(0)
        )


def price_rows(instrument: Instrument, person: Person | None, day: dt.date) -> list[PriceRow]:
    """Return the prices of all categories that may book it, on a local day; without a person no row is marked.

    What is shared inside its unit alone has no price for anybody else.
    """
    prices = price_list(instrument, day)
    mine = category_of(person, instrument) if person is not None else ""
    inside = instrument.sharing_mode != SharingMode.EXTERNAL
    return [
        PriceRow(value, str(label), prices.get(value), value == mine)
        for value, label in UserCategory.choices
        if not inside or value == UserCategory.INTERNAL
    ]


def year_of_use(instrument: Instrument, year: int) -> YearOfUse:
    """Sum the current usage records that begin in a local calendar year."""
    sums = (
        UsageRecord.objects.current()
        .began_in(local_midnight(dt.date(year, 1, 1)), local_midnight(dt.date(year + 1, 1, 1)))
        .filter(instrument=instrument)
        .aggregate(
            effective=Sum("effective_hours"),
            external=Sum("effective_hours", filter=OUTSIDE),
        )
    )
    return YearOfUse(
        year, Decimal(sums["effective"] or 0).quantize(CENTS), Decimal(sums["external"] or 0).quantize(CENTS)
    )
