"""The network at a glance: counts by region, class and field, hours of the year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Sum
from django.utils import timezone

from background.kept import kept
from evaluations.results.models import Result
from evaluations.rounds.models import Round
from evaluations.rounds.queries import published_rounds
from instruments.availability.rules.presets import WEEK
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.selection import Reader, Selection
from instruments.inventory.models import ApplicationField, Instrument, InstrumentClass, InstrumentField
from instruments.inventory.queries.counts import shared_by_field
from instruments.usage.models import OUTSIDE, UsageRecord
from members.enums import UnitState
from members.models import MemberUnit, Region

CENTS = Decimal("0.01")
COUNTS_KEY = "portal.counts"
COUNTS_SECONDS = 120
HOURS_KEY = "portal.external_hours"
HOURS_SECONDS = 900


@dataclass(frozen=True)
class RegionCount:
    """One league or city: shared instruments, member units, what outsiders can book in the next seven days."""

    region: Region
    instruments: int
    units: int
    free: int

    @property
    def shade(self) -> int:
        """Return the step of the map's legend, 1 (fewer than 25) to 5 (300 and more)."""
        return 1 + sum(self.instruments >= bound for bound in (25, 50, 100, 300))


@dataclass(frozen=True)
class Network:
    """The numbers of the home page, counted at `as_of`."""

    as_of: dt.datetime
    units: int
    instruments: int
    fields_in_use: int
    free_this_week: int
    external_hours: Decimal
    regions: list[RegionCount]
    hu_bao_e_wu: int

    @property
    def hu_bao_e_wu_percent(self) -> Decimal:
        """Return the four cities' share of all shared instruments, in percent with one decimal."""
        if not self.instruments:
            return Decimal(0)
        return (Decimal(100 * self.hu_bao_e_wu) / self.instruments).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class PublishedRound:
    """The newest round the public may see: how many units got each grade, and the first ones."""

    round: Round
    grades: dict[str, int]
    first: list[Result]

    @property
    def total(self) -> int:
        """Return the number of rated units."""
        return sum(self.grades.values())


def network() -> Network:
    """Count the network; the answer is kept for two minutes."""
    return kept(COUNTS_KEY, COUNTS_SECONDS, lambda: _count(timezone.now()))


def _count(now: dt.datetime) -> Network:
    shared = Instrument.objects.public()
    selection = _free_this_week(now, AnonymousUser())
    free = selection.fitting()
    by_region: dict[int, int] = dict(shared.values_list("region").annotate(n=Count("pk")).order_by())
    active = MemberUnit.objects.filter(state=UnitState.ACTIVE)
    units: dict[int, int] = dict(active.values_list("region").annotate(n=Count("pk")).order_by())
    regions = [
        RegionCount(
            r,
            by_region.get(r.pk, 0),
            units.get(r.pk, 0),
            (selection.attributes.of("region", r.code) & free).bit_count(),
        )
        for r in Region.objects.all()
    ]
    return Network(
        as_of=now,
        units=sum(units.values()),
        instruments=sum(by_region.values()),
        fields_in_use=InstrumentField.objects.filter(instrument__in=shared)
        .values("field")
        .distinct()
        .count(),
        free_this_week=free.bit_count(),
        external_hours=kept(f"{HOURS_KEY}.{now:%Y}", HOURS_SECONDS, lambda: _external_hours(now)),
        regions=regions,
        hu_bao_e_wu=sum(row.instruments for row in regions if row.region.hu_bao_e_wu),
    )


def _external_hours(now: dt.datetime) -> Decimal:
    """Sum what outsiders used this year, over all records of it: kept longer than what is counted."""
    year_start = timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    hours = (
        UsageRecord.objects.current()
        .began_in(year_start, now)
        .filter(OUTSIDE)
        .aggregate(total=Sum("effective_hours"))["total"]
    )
    return Decimal(hours or 0).quantize(CENTS)


def free_this_week(now: dt.datetime, person: Reader) -> int:
    """Count what somebody can book in seven days; for a visitor what anybody from outside can."""
    return _free_this_week(now, person).fitting().bit_count()


def free_this_week_query() -> str:
    """Return the catalogue's parameters that show the instruments counted as free this week."""
    return urlencode({"free": WEEK})


def _free_this_week(now: dt.datetime, person: Reader) -> Selection:
    return Selection(CatalogueFilters(free=(WEEK,)), person, now)


def classes_at_a_glance(limit: int = 8) -> list[tuple[InstrumentClass, int]]:
    """Return the second-level classes with the most shared instruments, with their counts."""
    by_prefix: dict[str, int] = {}
    codes = (
        Instrument.objects.public().values_list("instrument_class__code").annotate(n=Count("pk")).order_by()
    )
    for code, count in codes:
        by_prefix[code[:4] + "00"] = by_prefix.get(code[:4] + "00", 0) + count
    rows = InstrumentClass.objects.filter(scheme="nrii", level=2, code__in=by_prefix)
    return sorted(((row, by_prefix[row.code]) for row in rows), key=lambda pair: (-pair[1], pair[0].code))[
        :limit
    ]


def fields_at_a_glance() -> list[ApplicationField]:
    """Return all fields in use with `shared_count`, the largest first."""
    counts = shared_by_field()
    fields = list(ApplicationField.objects.filter(pk__in=counts))
    for field in fields:
        field.shared_count = counts[field.pk]  # type: ignore[attr-defined]
    return sorted(fields, key=lambda field: (-counts[field.pk], field.code))


def newest_published_round() -> PublishedRound | None:
    """Return the newest round of units that is public, or None before the first."""
    newest = published_rounds().filter(kind="unit").order_by("-year").first()
    if newest is None:
        return None
    results = Result.objects.filter(round=newest, instrument=None)
    grades = dict(results.values_list("grade").annotate(n=Count("pk")).order_by())
    first = list(results.select_related("unit", "unit__region").order_by("rank", "unit__code")[:4])
    return PublishedRound(
        newest, {grade: grades.get(grade, 0) for grade in ("excellent", "good", "pass", "fail")}, first
    )
