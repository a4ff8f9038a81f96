"""Who is judged in a round, and what is still missing: reported values and given scores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from evaluations.enums import ObjectKind
from evaluations.rounds.models import Round
from evaluations.scoring.definition import Indicator, SchemeDefinition, asked_fields, given_indicators
from evaluations.scoring.scope import instrument_in_scope
from evaluations.snapshots.models import SnapshotRow
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from members.enums import UnitState
from members.models import MemberUnit


@dataclass(frozen=True)
class NotJudged:
    """Why a unit (or an instrument of it) has no result: what the snapshot held of it, and what the scheme asks for.

    registered, in_scope: its instruments in the snapshot, and those within the scheme's scope. needed: the least
    number in scope. kind_counts: whether units of its kind are judged.
    """

    registered: int
    in_scope: int
    needed: int
    kind_counts: bool


@dataclass(frozen=True)
class Gap:
    """One indicator (or part of one) for which values are missing, of how many objects, and how many by unit."""

    indicator: Indicator
    name_zh: str
    name_en: str
    missing: int
    judged: int
    by_unit: Mapping[int, int]


def judged_units(round_: Round, definition: SchemeDefinition) -> set[int]:
    """Primary keys of the units judged: by the snapshot, or before there is one all active units."""
    if round_.snapshot_id is None:
        units = MemberUnit.objects.filter(state=UnitState.ACTIVE)
        if definition.scope.unit_kinds:
            units = units.filter(kind__in=definition.scope.unit_kinds)
        return set(units.values_list("pk", flat=True))
    rows = SnapshotRow.objects.filter(snapshot_id=round_.snapshot_id).order_by()
    if definition.scope.unit_kinds:
        rows = rows.filter(unit_kind__in=definition.scope.unit_kinds)
    counted = rows.values("unit_id").annotate(n=Count("pk", filter=Q(in_scope=True)))
    return {row["unit_id"] for row in counted if row["n"] >= definition.scope.min_instruments}


def judged_objects(round_: Round, definition: SchemeDefinition) -> set[tuple[int, int | None]]:
    """(unit, instrument or None) of everything judged; before the snapshot what would be as things stand."""
    units = judged_units(round_, definition)
    if round_.kind == ObjectKind.UNIT:
        return {(unit, None) for unit in units}
    if round_.snapshot_id is None:
        return _in_scope_now(round_, definition, units)
    rows = SnapshotRow.objects.filter(snapshot_id=round_.snapshot_id, in_scope=True, unit__in=units)
    return set(rows.order_by().values_list("unit_id", "instrument_id"))


def _in_scope_now(
    round_: Round, definition: SchemeDefinition, units: Collection[int]
) -> set[tuple[int, int | None]]:
    machines = Instrument.objects.filter(unit__in=units).exclude(state=InstrumentState.RETIRED)
    found: defaultdict[int, set[tuple[int, int | None]]] = defaultdict(set)
    for one in machines.only("unit_id", "original_value", "joined_on").prefetch_related("funding"):
        if instrument_in_scope(
            definition.scope,
            original_value=one.original_value,
            funding=tuple(link.source for link in one.funding.all()),
            joined_on=one.joined_on,
            on=round_.data_last_day,
        ):
            found[one.unit_id].add((one.unit_id, one.pk))
    enough = (mine for mine in found.values() if len(mine) >= definition.scope.min_instruments)
    return set().union(*enough)


def why_not_judged(
    round_: Round, definition: SchemeDefinition, unit: MemberUnit, instrument: Instrument | None = None
) -> NotJudged:
    """What the snapshot of the round says about a unit, or one instrument, without a result; one query."""
    rows = SnapshotRow.objects.filter(snapshot_id=round_.snapshot_id, unit=unit)
    if instrument is not None:
        rows = rows.filter(instrument=instrument)
    found = list(rows.values_list("in_scope", "unit_kind"))
    kinds = definition.scope.unit_kinds
    return NotJudged(
        registered=len(found),
        in_scope=sum(1 for in_scope, _kind in found if in_scope),
        needed=1 if instrument is not None else definition.scope.min_instruments,
        kind_counts=not kinds or all(kind in kinds for _in_scope, kind in found),
    )


def judged_instruments(round_: Round, definition: SchemeDefinition, unit: MemberUnit) -> QuerySet[Instrument]:
    """The unit's instruments judged in a round for single instruments; before the snapshot all it has in service."""
    machines = Instrument.objects.filter(unit=unit).order_by("code")
    if round_.snapshot_id is None:
        return machines.exclude(state=InstrumentState.RETIRED)
    if unit.pk not in judged_units(round_, definition):
        return machines.none()
    in_scope = SnapshotRow.objects.filter(snapshot_id=round_.snapshot_id, in_scope=True, unit=unit)
    return machines.filter(pk__in=in_scope.values("instrument_id"))


def reporting_gaps(round_: Round, definition: SchemeDefinition) -> list[Gap]:
    """Which reported numbers are missing, in reading order; three queries."""
    present: defaultdict[str, set[tuple[int, int | None]]] = defaultdict(set)
    for unit, instrument, key in round_.reported_values.order_by().values_list(
        "unit_id", "instrument_id", "indicator"
    ):
        present[key].add((unit, instrument))
    wanted = [(asked.indicator, asked.field.key, asked.field) for asked in asked_fields(definition)]
    judged = judged_objects(round_, definition) if wanted else set()
    return [
        gap
        for indicator, key, named in wanted
        if (gap := _gap(indicator, named.name_zh, named.name_en, judged, present[key])) is not None
    ]


def scoring_gaps(round_: Round, definition: SchemeDefinition) -> list[Gap]:
    """Which given scores are missing (nobody has given one), in reading order; three queries."""
    present: defaultdict[str, set[tuple[int, int | None]]] = defaultdict(set)
    for unit, instrument, key in round_.given_scores.order_by().values_list(
        "unit_id", "instrument_id", "indicator"
    ):
        present[key].add((unit, instrument))
    wanted = given_indicators(definition)
    judged = judged_objects(round_, definition) if wanted else set()
    return [
        gap
        for indicator in wanted
        if (gap := _gap(indicator, indicator.name_zh, indicator.name_en, judged, present[indicator.code]))
        is not None
    ]


def completeness(round_: Round, definition: SchemeDefinition) -> tuple[int, int]:
    """How many of the units judged have reported everything, and how many are judged; five queries."""
    judged = judged_units(round_, definition)
    late = {unit for gap in reporting_gaps(round_, definition) for unit in gap.by_unit}
    return len(judged - late), len(judged)


def late_units(gaps: Iterable[Gap]) -> list[tuple[MemberUnit, int]]:
    """The units with missing reports and how many numbers each lacks, most first."""
    counts: defaultdict[int, int] = defaultdict(int)
    for gap in gaps:
        for unit, missing in gap.by_unit.items():
            counts[unit] += missing
    units = MemberUnit.objects.filter(pk__in=counts).order_by("code")
    return sorted(((unit, counts[unit.pk]) for unit in units), key=lambda pair: -pair[1])


def _gap(
    indicator: Indicator,
    name_zh: str,
    name_en: str,
    judged: set[tuple[int, int | None]],
    present: set[tuple[int, int | None]],
) -> Gap | None:
    missing = judged - present
    if not missing:
        return None
    if name_zh != indicator.name_zh:
        name_zh, name_en = f"{indicator.name_zh}：{name_zh}", f"{indicator.name_en}: {name_en}"
    return Gap(indicator, name_zh, name_en, len(missing), len(judged), Counter(unit for unit, _ in missing))
