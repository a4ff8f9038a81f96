"""Measuring instruments for a snapshot, or for the score of the day: rows that are not saved here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import Scope
from evaluations.scoring.scope import instrument_in_scope
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow, SnapshotUnit
from evaluations.snapshots.queries.population import population
from evaluations.snapshots.queries.usage_then import usage_as_of
from instruments.inventory.models import Instrument
from instruments.inventory.queries.facts import PastInstrument
from instruments.terms.queries.opening import weeks_of
from instruments.terms.rules.intervals import Interval
from instruments.usage.metrics import FIGURES, NO_USAGE
from instruments.usage.queries.usage_totals import open_hours_of, usage_totals
from members.models import MemberUnit, UnitFacts
from members.queries.unit_facts import unit_facts_at

NO_HOURS = Decimal("0.00")
Show = Callable[[int, int], object]


@dataclass(frozen=True)
class Cut:
    """Everything a snapshot holds, read at one moment; `mark` says what usage there was then."""

    moment: dt.datetime
    rows: tuple[SnapshotRow, ...]
    units: tuple[SnapshotUnit, ...]
    mark: tuple[Any, ...]


def usage_mark(round_: Round, moment: dt.datetime) -> tuple[Any, ...]:
    """What tells the usage of the period, as recorded up to the moment, from any other state of it; one query."""
    records = usage_as_of(moment).began_in(round_.data_start, round_.data_end)
    found = records.aggregate(n=Count("pk"), hours=Sum("effective_hours"), last=Max("recorded_at"))
    return (found["n"], str(found["hours"]), found["last"])


def cut_of(snapshot: MetricSnapshot, show: Show) -> Cut:
    """Measure everything for a snapshot; the caller sees to it that all is read at one moment."""
    moment = timezone.now()
    round_ = snapshot.round
    mark = usage_mark(round_, moment)
    held_then = population(round_, moment)
    scope = definition_of(round_.scheme).scope
    show(0, len(held_then))
    rows = fresh_rows(snapshot, machines_of(held_then), held_then, scope, whole=True)
    show(len(rows), len(rows))
    last = min(round_.data_end, moment)
    weeks = weeks_of(None, Interval(last - dt.timedelta(microseconds=2), last - dt.timedelta(microseconds=1)))
    for row in rows:
        row.opening = [[one.weekday, one.opens, one.closes] for one in weeks.get(row.instrument_id, ())]
    units = MemberUnit.objects.filter(pk__in={row.unit_id for row in rows}).order_by("pk")
    facts = _units_then(round_, [unit.pk for unit in units])
    return Cut(moment, tuple(rows), tuple(_unit(snapshot, unit, facts[unit.pk]) for unit in units), mark)


def machines_of(keys: Collection[int]) -> QuerySet[Instrument]:
    """Instruments with no more than `fresh_rows` copies of them, their unit and their class."""
    names = ("code", "unit__code", "instrument_class__code", "instrument_class__name_zh")
    machines = Instrument.objects.filter(pk__in=keys).select_related("unit", "instrument_class")
    return machines.only(*names, "instrument_class__name_en").order_by("pk")


def fresh_rows(
    snapshot: MetricSnapshot,
    machines: Iterable[Instrument],
    held_then: Mapping[int, PastInstrument],
    scope: Scope,
    *,
    whole: bool = False,
) -> list[SnapshotRow]:
    """Measure these instruments, each as it was (`population`), with its unit and class at hand; seven queries.

    `whole`: they are nearly the network's, so its usage and opening are read at once, which is quicker than by name.
    """
    chunk = list(machines)
    if not chunk:
        return []
    round_ = snapshot.round
    start, end = round_.data_start, round_.data_end
    totals = usage_totals(start, end, None if whole else [instrument.pk for instrument in chunk])
    hours = open_hours_of(None if whole else chunk, start, end)
    on = round_.data_last_day
    units = _units_then(round_, {instrument.unit_id for instrument in chunk})
    rows = [
        _row(snapshot, instrument, held_then[instrument.pk], units[instrument.unit_id], scope=scope, on=on)
        for instrument in chunk
    ]
    for row in rows:
        row.open_hours = hours.get(row.instrument_id, NO_HOURS)
        used = totals.get(row.instrument_id, NO_USAGE)
        for name in FIGURES:
            setattr(row, name, getattr(used, name))
    return rows


def _units_then(round_: Round, keys: Collection[int]) -> dict[int, UnitFacts]:
    """The units as they were when the data period ended, or now where it has not."""
    return unit_facts_at(min(round_.data_end, timezone.now()), keys)


def _unit(snapshot: MetricSnapshot, unit: MemberUnit, then: UnitFacts) -> SnapshotUnit:
    return SnapshotUnit(
        snapshot=snapshot,
        unit=unit,
        code=unit.code,
        kind=then.kind,
        name_zh=then.name_zh,
        name_en=then.name_en,
        region_code=then.region.code,
        region_zh=then.region.name_zh,
        region_en=then.region.name_en,
    )


def _row(
    snapshot: MetricSnapshot,
    instrument: Instrument,
    past: PastInstrument,
    unit: UnitFacts,
    *,
    scope: Scope,
    on: dt.date,
) -> SnapshotRow:
    return SnapshotRow(
        snapshot=snapshot,
        instrument=instrument,
        unit_id=instrument.unit_id,
        instrument_code=instrument.code,
        name_zh=past.name_zh,
        name_en=past.name_en,
        class_code=instrument.instrument_class.code,
        class_zh=instrument.instrument_class.name_zh,
        class_en=instrument.instrument_class.name_en,
        unit_code=instrument.unit.code,
        unit_kind=unit.kind,
        equipment_kind=past.equipment_kind,
        funding=list(past.funding),
        joined_on=past.joined_on,
        original_value=past.original_value,
        sharing_mode=past.sharing_mode,
        in_scope=instrument_in_scope(
            scope,
            original_value=past.original_value,
            funding=past.funding,
            joined_on=past.joined_on,
            on=on,
        ),
    )
