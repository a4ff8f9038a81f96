"""Who offers what: the directory of units, and one unit's open-sharing figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from display.stamps import kept_while
from evaluations.results.models import Result
from evaluations.rounds.queries import published_rounds
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.usage.models import OUTSIDE, UsageRecord
from members.models import MemberUnit
from members.queries.named import holding_words
from members.queries.units import directory as units_of_network
from portal.queries.network import CENTS


@dataclass(frozen=True)
class UnitFigures:
    """Open-sharing figures of one unit in one calendar year; hours and yuan are Decimal with two places."""

    year: int
    registered: int
    shared: int
    effective_hours: Decimal
    external_hours: Decimal
    external_income: Decimal

    @property
    def sharing_percent(self) -> Decimal:
        """Return external hours / effective hours in percent (ratio of sums), 0 without hours."""
        if not self.effective_hours:
            return Decimal(0)
        return (100 * self.external_hours / self.effective_hours).quantize(Decimal("0.1"))


def directory(*, q: str = "", region: str = "", kind: str = "") -> QuerySet[MemberUnit]:
    """Return member units that have not left, with `shared_count`, narrowed by words or sounds, region and kind."""
    units = holding_words(units_of_network(), q, ("name_zh", "name_en", "short_name"), whole=("code",))
    if region:
        units = units.filter(region__code=region)
    if kind:
        units = units.filter(kind=kind)
    shared = Instrument.objects.public().filter(unit=OuterRef("pk")).order_by().values("unit")
    counted = Subquery(shared.values(n=Count("pk")), output_field=IntegerField())
    return units.annotate(shared_count=Coalesce(counted, 0)).order_by("-shared_count", "code")


def figures(unit: MemberUnit, year: int) -> UnitFigures:
    """Sum the unit's current usage records that begin in that calendar year, local time.

    Kept for some minutes, while nothing of the unit's instruments and of their use changes.
    """
    names = (f"of_unit.{unit.pk}", "units", "organisations")
    return kept_while(f"unit_figures.{unit.pk}.{year}", names, lambda: _summed(unit, year))


def _summed(unit: MemberUnit, year: int) -> UnitFigures:
    zone = timezone.get_default_timezone()
    start, end = dt.datetime(year, 1, 1, tzinfo=zone), dt.datetime(year + 1, 1, 1, tzinfo=zone)
    sums = (
        UsageRecord.objects.current()
        .began_in(start, end)
        .filter(unit=unit)
        .aggregate(
            effective=Sum("effective_hours"),
            external=Sum("effective_hours", filter=OUTSIDE),
            income=Sum("income", filter=OUTSIDE),
        )
    )
    registered = Instrument.objects.filter(unit=unit).exclude(state=InstrumentState.RETIRED)
    return UnitFigures(
        year=year,
        registered=registered.count(),
        shared=Instrument.objects.public().filter(unit=unit).count(),
        effective_hours=Decimal(sums["effective"] or 0).quantize(CENTS),
        external_hours=Decimal(sums["external"] or 0).quantize(CENTS),
        external_income=Decimal(sums["income"] or 0).quantize(CENTS),
    )


def published_results(unit: MemberUnit) -> list[Result]:
    """Return the unit's results in rounds the public may see, newest first."""
    return list(
        Result.objects.filter(unit=unit, instrument=None, round__in=published_rounds())
        .select_related("round")
        .order_by("-round__year")
    )
