"""The catalogue of metrics: what each one divides by what, and how it may be averaged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from evaluations.scoring.figures import SPECIAL, InstrumentFigures

MEAN_OF_RATIOS = "mean_of_ratios"
RATIO_OF_SUMS = "ratio_of_sums"
SUM = "sum"
MEAN = "mean"
AVERAGINGS = (MEAN_OF_RATIOS, RATIO_OF_SUMS, SUM, MEAN)

HOURS = "hours"
RATIO = "ratio"
COUNT = "count"
YUAN = "yuan"

Parameters = Mapping[str, Decimal]
Reading = Callable[[InstrumentFigures, Parameters], Decimal]
ONE = Decimal(1)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Metric:
    """A metric: measure, allowed averagings (the first is the usual one), parameters with their defaults.

    external: only records of external users enter it.
    """

    name: str
    measure: str
    averagings: tuple[str, ...]
    numerator: Reading
    denominator: Reading | None = None
    parameters: tuple[tuple[str, Decimal], ...] = ()
    external: bool = False

    def settings(self, given: Parameters) -> dict[str, Decimal]:
        """The parameters in force: those given over the defaults."""
        return dict(self.parameters) | dict(given)


def _nominal_hours(row: InstrumentFigures, parameters: Parameters) -> Decimal:
    if row.equipment_kind == SPECIAL and "nominal_hours_special" in parameters:
        return parameters["nominal_hours_special"]
    return parameters["nominal_hours"]


def _weighted_income(row: InstrumentFigures, parameters: Parameters) -> Decimal:
    return row.internal_income + row.external_income * parameters["external_factor"]


def _mean(name: str, measure: str, figure: str, **how: Any) -> Metric:
    return Metric(name, measure, (MEAN,), lambda row, _: Decimal(getattr(row, figure)), **how)


def _sum(figure: str, measure: str, **how: Any) -> Metric:
    return replace(_mean(figure, measure, figure, **how), averagings=(SUM, MEAN))


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _mean("mean_effective_hours", HOURS, "effective_hours"),
        _mean("mean_external_hours", HOURS, "external_hours", external=True),
        Metric(
            "sharing_rate",
            RATIO,
            (MEAN_OF_RATIOS, RATIO_OF_SUMS),
            lambda row, _: row.external_hours,
            lambda row, _: row.effective_hours,
        ),
        Metric(
            "utilisation_rate",
            RATIO,
            (MEAN_OF_RATIOS, RATIO_OF_SUMS),
            lambda row, _: row.effective_hours,
            _nominal_hours,
            # 1,400 h = 7 h × 5 d × 40 weeks; the national yearbook tool divides by 1,600 h.
            (("nominal_hours", Decimal(1400)),),
        ),
        Metric(
            "open_rate",
            RATIO,
            (RATIO_OF_SUMS,),
            lambda row, _: ONE if row.open_to_share and row.should_share else ZERO,
            lambda row, _: ONE if row.should_share else ZERO,
        ),
        Metric(
            "income_rate",
            RATIO,
            (RATIO_OF_SUMS, MEAN_OF_RATIOS),
            _weighted_income,
            lambda row, _: row.original_value,
            (("external_factor", ONE),),
        ),
        _sum("effective_hours", HOURS),
        _sum("external_hours", HOURS, external=True),
        _sum("open_hours", HOURS),
        _sum("income", YUAN),
        _sum("external_income", YUAN, external=True),
        _sum("internal_income", YUAN),
        _sum("samples", COUNT),
        _sum("records", COUNT),
        _sum("external_users", COUNT, external=True),
        _sum("served_units", COUNT, external=True),
        Metric("instruments_count", COUNT, (SUM,), lambda _row, _: ONE),
        Metric("open_instruments_count", COUNT, (SUM,), lambda row, _: ONE if row.open_to_share else ZERO),
    )
}
OPTIONAL_PARAMETERS: dict[str, tuple[str, ...]] = {"utilisation_rate": ("nominal_hours_special",)}


def allowed_parameters(metric: Metric) -> tuple[str, ...]:
    """The names of all parameters a scheme may set for the metric."""
    return tuple(name for name, _ in metric.parameters) + OPTIONAL_PARAMETERS.get(metric.name, ())
