"""What a score rests on: snapshot rows as figures, reported values, given scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from evaluations.rounds.models import Round
from evaluations.scoring.figures import InstrumentFigures
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from instruments.inventory.enums import SharingMode
from instruments.usage.metrics import FIGURES

Reported = dict[str, Decimal]
Given = dict[str, list[Decimal]]


def figures_of(row: SnapshotRow) -> InstrumentFigures:
    """One snapshot row as the arithmetic reads it; every registered instrument is one that should be open."""
    return InstrumentFigures(
        instrument_code=row.instrument_code,
        unit_code=row.unit_code,
        original_value=row.original_value,
        in_scope=row.in_scope,
        open_to_share=row.sharing_mode != SharingMode.NOT_SHARED,
        equipment_kind=row.equipment_kind,
        unit_kind=row.unit_kind,
        funding=tuple(row.funding),
        joined_on=row.joined_on,
        open_hours=row.open_hours,
        **{name: getattr(row, name) for name in FIGURES},
    )


def snapshot_rows(snapshot: MetricSnapshot) -> list[SnapshotRow]:
    """All rows of a snapshot, by instrument code."""
    return list(snapshot.rows.order_by("instrument_code"))


def by_unit(rows: Iterable[SnapshotRow]) -> dict[int, list[SnapshotRow]]:
    """Rows per unit (primary key)."""
    grouped: defaultdict[int, list[SnapshotRow]] = defaultdict(list)
    for row in rows:
        grouped[row.unit_id].append(row)
    return dict(grouped)


def reported_values(round_: Round) -> dict[tuple[int, int | None], Reported]:
    """Values reported in the round, by (unit, instrument or None), then by field key."""
    found: defaultdict[tuple[int, int | None], Reported] = defaultdict(dict)
    rows = round_.reported_values.order_by().values_list("unit_id", "instrument_id", "indicator", "value")
    for unit, instrument, key, value in rows:
        found[unit, instrument][key] = value
    return dict(found)


def given_scores(round_: Round) -> dict[tuple[int, int | None], Given]:
    """Scores given in the round, by (unit, instrument or None), then by indicator: one number a judge."""
    found: defaultdict[tuple[int, int | None], Given] = defaultdict(lambda: defaultdict(list))
    rows = round_.given_scores.order_by("given_by").values_list(
        "unit_id", "instrument_id", "indicator", "value"
    )
    for unit, instrument, indicator, value in rows:
        found[unit, instrument][indicator].append(value)
    return {key: dict(values) for key, values in found.items()}
