"""Sums over the rows of a snapshot, by unit, by region and in all: what the reports print. Never live usage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evaluations.results.models import Result
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow

ZERO = Decimal("0.00")
RATIO_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Sums:
    """Sums over instruments in scope. Hours and yuan are exact sums of the rows."""

    instruments: int = 0
    units: int = 0
    open_hours: Decimal = ZERO
    effective: Decimal = ZERO
    external: Decimal = ZERO
    income: Decimal = ZERO
    external_income: Decimal = ZERO
    samples: int = 0
    records: int = 0

    @property
    def internal(self) -> Decimal:
        """Effective hours for users of the owning legal person."""
        return self.effective - self.external

    @property
    def mean_effective(self) -> Decimal | None:
        """Effective hours per instrument, half up to two places; None without instruments."""
        return _mean(self.effective, self.instruments)

    @property
    def mean_external(self) -> Decimal | None:
        """External hours per instrument, half up to two places; None without instruments."""
        return _mean(self.external, self.instruments)

    @property
    def external_share(self) -> Decimal | None:
        """External by effective hours, as a ratio; None without effective hours."""
        if not self.effective:
            return None
        return (self.external / self.effective).quantize(RATIO_PLACES, rounding=ROUND_HALF_UP)


NOTHING = Sums()


@dataclass(frozen=True)
class SnapshotSums:
    """The same sums by unit (primary key), by region (code) and over all judged units."""

    by_unit: dict[int, Sums]
    by_region: dict[str, Sums]
    all: Sums


def snapshot_sums(snapshot: MetricSnapshot, results: Iterable[Result]) -> SnapshotSums:
    """Sum the rows in scope of the judged units in one query; `results` come with their unit as it was then."""
    region_of = {result.unit_id: result.unit.region.code for result in results}
    rows: defaultdict[int, list[SnapshotRow]] = defaultdict(list)
    for row in SnapshotRow.objects.filter(snapshot=snapshot, in_scope=True, unit__in=region_of):
        rows[row.unit_id].append(row)
    by_unit = {unit: _sum(rows[unit]) for unit in region_of}
    regions: defaultdict[str, list[Sums]] = defaultdict(list)
    for unit, region in region_of.items():
        regions[region].append(by_unit[unit])
    return SnapshotSums(
        by_unit=by_unit,
        by_region={region: _added(sums) for region, sums in regions.items()},
        all=_added(by_unit.values()),
    )


def _sum(rows: list[SnapshotRow]) -> Sums:
    return Sums(
        instruments=len(rows),
        units=1,
        open_hours=sum((row.open_hours for row in rows), ZERO),
        effective=sum((row.effective_hours for row in rows), ZERO),
        external=sum((row.external_hours for row in rows), ZERO),
        income=sum((row.income for row in rows), ZERO),
        external_income=sum((row.external_income for row in rows), ZERO),
        samples=sum(row.samples for row in rows),
        records=sum(row.records for row in rows),
    )


def _added(parts: Iterable[Sums]) -> Sums:
    every = list(parts)
    sums: dict[str, Any] = {
        one.name: sum((getattr(part, one.name) for part in every), getattr(NOTHING, one.name))
        for one in fields(Sums)
    }
    return Sums(**sums)


def _mean(total: Decimal, count: int) -> Decimal | None:
    return (total / count).quantize(ZERO, rounding=ROUND_HALF_UP) if count else None
