"""The rows behind one input of a score: snapshot rows with their sum line, reported values, given scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise

from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.entries.queries.entered import EnteredRow
from evaluations.entries.queries.evidence import figures_of
from evaluations.results.models import Result
from evaluations.rounds.models import Round
from evaluations.schemes.wording.figures import (
    DENOMINATOR_NAMES,
    METRIC_NAMES,
    NUMERATOR_NAMES,
    measure_of,
    measured,
    part_measure_of,
)
from evaluations.scoring.definition import COMPUTED, REPORTED, Indicator, reported_fields
from evaluations.scoring.metrics import MEAN_OF_RATIOS, METRICS
from evaluations.scoring.rounding import half_up
from evaluations.snapshots.models import SnapshotRow
from evaluations.snapshots.queries.usage_then import usage_as_of
from instruments.usage.models import OUTSIDE, UsageRecord

ZERO = Decimal(0)


@dataclass(frozen=True)
class MeasuredRow:
    """One instrument's part in an input; `ratio` only where the single rates are averaged."""

    row: SnapshotRow
    numerator: str
    denominator: str
    ratio: str
    counts: bool
    records: int


@dataclass(frozen=True)
class MeasuredRows:
    """All rows behind a computed value. `agrees`: the sums of the rows are the stored inputs, to the last digit."""

    metric: str
    numerator_name: str | Promise
    denominator_name: str | Promise
    rows: tuple[MeasuredRow, ...]
    in_scope: int
    numerator: str
    denominator: str
    ratio: str
    value: str
    agrees: bool


def measured_rows(
    snapshot_rows: Iterable[SnapshotRow], indicator: Indicator, inputs: Mapping[str, Any]
) -> MeasuredRows:
    """The rows of a unit (or instrument) with what each gives to the input; `inputs` as stored with the score.

    Raises ValueError for an indicator that is not computed.
    """
    stored: Mapping[str, Any] = inputs.get("metric") or {}
    if indicator.source != COMPUTED or not stored:
        raise ValueError(f"{indicator.code} is not computed from rows.")
    metric = METRICS[indicator.metric]
    settings = metric.settings(indicator.metric_parameters)
    parts = part_measure_of(metric.name)
    single_rates = indicator.averaging == MEAN_OF_RATIOS
    rows: list[MeasuredRow] = []
    sums = [Fraction(0), Fraction(0), Fraction(0)]
    counted = 0
    for row in snapshot_rows:
        figures = figures_of(row)
        top = metric.numerator(figures, settings)
        bottom = None if metric.denominator is None else metric.denominator(figures, settings)
        ratio = Fraction(top) / Fraction(bottom) if bottom else Fraction(0)
        if row.in_scope:
            counted += 1
            sums = [sums[0] + Fraction(top), sums[1] + Fraction(bottom or 0), sums[2] + ratio]
        rows.append(
            MeasuredRow(
                row=row,
                numerator=measured(top, parts),
                denominator="" if bottom is None else measured(bottom, parts),
                ratio=measured(half_up(ratio, 6), "ratio") if single_rates else "",
                counts=row.in_scope,
                records=_records(row, external=metric.external),
            )
        )
    numerator = half_up(sums[2] if single_rates else sums[0], 6)
    return MeasuredRows(
        metric=metric.name,
        numerator_name=NUMERATOR_NAMES.get(metric.name, METRIC_NAMES[metric.name]),
        denominator_name=DENOMINATOR_NAMES.get(metric.name, ""),
        rows=tuple(rows),
        in_scope=counted,
        numerator=measured(half_up(sums[0], 6), parts),
        denominator="" if metric.denominator is None else measured(half_up(sums[1], 6), parts),
        ratio=f"{half_up(sums[2], 6).normalize():f}" if single_rates else "",
        value=measured(stored["value"], measure_of(metric.name)),
        agrees=numerator == Decimal(stored["numerator"]) and counted == stored["n"],
    )


def _records(row: SnapshotRow, *, external: bool) -> int:
    """How many usage records a number rests on."""
    return row.external_records if external and row.external_records is not None else row.records


def records_behind(row: SnapshotRow, round_: Round, moment: dt.datetime, metric: str) -> list[UsageRecord]:
    """The usage records of one row's instrument that counted at the moment, earliest first; one query.

    Only those of external users where the metric counts no others.
    """
    records = (
        usage_as_of(moment).began_in(round_.data_start, round_.data_end).filter(instrument=row.instrument_id)
    )
    if METRICS[metric].external:
        records = records.filter(OUTSIDE)
    return list(records.order_by("start", "pk"))


def rows_of(result: Result) -> list[SnapshotRow]:
    """The snapshot rows a result rests on, by instrument."""
    rows = SnapshotRow.objects.filter(snapshot=result.round.snapshot_id, unit=result.unit_id).order_by(
        "-in_scope", "instrument_code"
    )
    return list(rows if result.instrument_id is None else rows.filter(instrument=result.instrument_id))


def entered_rows(result: Result, indicator: Indicator, *, with_judges: bool = False) -> list[EnteredRow]:
    """The reported values or given scores behind an indicator; one query. `with_judges`: who gave each, and as what."""
    if indicator.source == REPORTED:
        fields = reported_fields(indicator)
        stored = {
            value.indicator: value
            for value in ReportedValue.objects.select_related("round").filter(
                round=result.round_id,
                unit=result.unit_id,
                instrument=result.instrument_id,
                indicator__in=[field.key for field in fields],
            )
        }
        return [
            EnteredRow(
                field.name_zh,
                field.name_en,
                stored[field.key].value if field.key in stored else None,
                stored[field.key].evidence if field.key in stored else "",
                is_late=field.key in stored and stored[field.key].is_late,
            )
            for field in fields
        ]
    given = (
        GivenScore.objects.select_related("given_by")
        .filter(
            round=result.round_id,
            unit=result.unit_id,
            instrument=result.instrument_id,
            indicator=indicator.code,
        )
        .order_by("given_at", "pk")
    )
    return [
        EnteredRow(
            f"评分{place}",
            f"Score {place}",
            score.value,
            score.note,
            f"{score.given_by} · {score.get_given_as_display()}" if with_judges else "",
        )
        for place, score in enumerate(given, start=1)
    ]
