"""Usage of a unit's instruments in a period: totals per instrument, and the single records."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from instruments.enums import InstrumentState, UserKind
from instruments.models import Instrument, UsageRecord
from members.models import MemberUnit

ZERO = Decimal("0.00")
CHUNK = 2000


@dataclass
class InstrumentTotals:
    """Exact sums over the records of one instrument, or of several added up."""

    records: int = 0
    effective: Decimal = ZERO
    external: Decimal = ZERO
    samples: int = 0
    income: Decimal = ZERO
    external_income: Decimal = ZERO

    def add(self, effective: Decimal, income: Decimal, samples: int, *, is_external: bool) -> None:
        """Count one record."""
        self.records += 1
        self.effective += effective
        self.income += income
        self.samples += samples
        if is_external:
            self.external += effective
            self.external_income += income

    def add_all(self, other: InstrumentTotals) -> None:
        """Count the records of another."""
        self.records += other.records
        self.effective += other.effective
        self.external += other.external
        self.samples += other.samples
        self.income += other.income
        self.external_income += other.external_income

    @property
    def internal(self) -> Decimal:
        """Effective hours for users of the owning unit."""
        return self.effective - self.external


def midnight(day: dt.date) -> dt.datetime:
    """The moment a day begins where our people live."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def records_of(unit: MemberUnit, start: dt.date, end: dt.date) -> QuerySet[UsageRecord]:
    """Records that count and began in [start, end), by instrument and time."""
    return (
        UsageRecord.objects.current()
        .filter(unit=unit, start__gte=midnight(start), start__lt=midnight(end))
        .order_by("instrument__code", "start", "id")
    )


def totals_of(unit: MemberUnit, start: dt.date, end: dt.date) -> dict[int, InstrumentTotals]:
    """Totals by instrument (primary key), summed exactly on both databases; one pass over the records."""
    totals: defaultdict[int, InstrumentTotals] = defaultdict(InstrumentTotals)
    rows = records_of(unit, start, end).order_by()
    fields = ("instrument_id", "effective_hours", "income", "samples", "user_kind")
    for pk, effective, income, samples, kind in rows.values_list(*fields).iterator(chunk_size=CHUNK):
        totals[pk].add(effective, income, samples, is_external=kind == UserKind.EXTERNAL)
    return dict(totals)


def instruments_of(unit: MemberUnit, used: dict[int, InstrumentTotals]) -> list[Instrument]:
    """The unit's instruments in service and those used in the period, by code; idle ones are shown too."""
    rows = Instrument.objects.filter(unit=unit).order_by("code")
    return [row for row in rows if row.pk in used or row.state != InstrumentState.RETIRED]


Record = tuple[
    str, str, str, str, int, dt.datetime, dt.datetime, Decimal, str, str, str, str, int, Decimal, str
]


@dataclass(frozen=True)
class RecordRows:
    """The single records, read anew each time and a chunk at a time."""

    unit: MemberUnit
    start: dt.date
    end: dt.date

    def __iter__(self) -> Iterator[Record]:
        fields = (
            "record_id", "instrument__code", "instrument__name_zh", "instrument__name_en", "station", "start",
            "end", "effective_hours", "user_kind", "user_name", "user_unit", "purpose", "samples", "income",
            "source",
        )  # fmt: skip
        yield from records_of(self.unit, self.start, self.end).values_list(*fields).iterator(chunk_size=CHUNK)
