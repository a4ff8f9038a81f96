"""Score one object: figures, reported values and given scores through the indicator tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluations.scoring.aggregate import MetricValue, measure
from evaluations.scoring.definition import (
    AT_MOST,
    COMPUTED,
    FailRule,
    Given,
    Indicator,
    SchemeDefinition,
    WeightedSum,
    reported_fields,
)
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.functions import Input, Scored, missing, score_given, score_value, score_weighted_sum
from evaluations.scoring.metrics import METRICS
from evaluations.scoring.rounding import to_points, to_value
from evaluations.scoring.writing import decimal_text

SUM_OF_CHILDREN = "sum_of_children"
WEIGHTED_SUBTOTAL = "weighted_subtotal"
ZERO = Decimal(0)


@dataclass(frozen=True)
class IndicatorScore:
    """The points of one indicator and what explains them.

    parent: the code of the group it stands in ("" at the first level); position: its place in reading order.
    value: the value that was scored (four decimals; None for groups, weighted sums and what is missing).
    """

    code: str
    parent: str
    level: int
    position: int
    points: Decimal
    full: Decimal
    value: Decimal | None
    formula: str
    inputs: Mapping[str, Input]
    metric: MetricValue | None = None
    missing: bool = False

    def as_inputs(self) -> dict[str, Any]:
        """JSON-able: the formula's inputs, decimals as strings; under "metric" how the value was measured."""
        plain: dict[str, Any] = {
            name: decimal_text(value) if isinstance(value, Decimal) else value
            for name, value in self.inputs.items()
        }
        return plain if self.metric is None else plain | {"metric": self.metric.as_inputs()}


@dataclass(frozen=True)
class FailHit:
    """A rule that fails the object outright, and the value that met it."""

    code: str
    value: Decimal


@dataclass(frozen=True)
class ObjectScore:
    """The score of one unit or instrument; indicators in reading order, groups before their children."""

    code: str
    total: Decimal
    indicators: tuple[IndicatorScore, ...]
    fail_hits: tuple[FailHit, ...] = ()

    @property
    def groups(self) -> tuple[IndicatorScore, ...]:
        """The first-level indicators."""
        return tuple(score for score in self.indicators if score.level == 1)

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes of the indicators for which something is missing."""
        return tuple(score.code for score in self.indicators if score.missing)

    def points_of(self, code: str) -> Decimal:
        """Points of one indicator. Raises KeyError if there is none of that code."""
        for score in self.indicators:
            if score.code == code:
                return score.points
        raise KeyError(code)


@dataclass
class _Evidence:
    rows: Sequence[InstrumentFigures]
    reported: Mapping[str, Decimal]
    given: Mapping[str, Sequence[Decimal]]
    scores: dict[str, IndicatorScore] = field(default_factory=dict)


def score_object(
    definition: SchemeDefinition,
    code: str,
    rows: Sequence[InstrumentFigures],
    reported: Mapping[str, Decimal],
    given: Mapping[str, Sequence[Decimal]],
) -> ObjectScore:
    """Score the unit or instrument `code`.

    rows: its instruments' figures (for a single instrument its one row; rows out of scope are not counted).
    reported: by the keys of `reported_fields`. given: by indicator code, one number per judge.
    Raises ValueError for a value that its function refuses (`functions.refused_value` says so beforehand).
    """
    evidence = _Evidence(rows, reported, given)
    places = {indicator.code: place for place, (indicator, _, _) in enumerate(definition.walk())}
    total = sum(
        (_score(indicator, "", 1, places, evidence).points for indicator in definition.indicators), ZERO
    )
    ordered = tuple(sorted(evidence.scores.values(), key=lambda score: score.position))
    return ObjectScore(code, to_points(total), ordered, _fail_hits(definition, evidence))


def _score(
    indicator: Indicator, parent: str, level: int, places: Mapping[str, int], evidence: _Evidence
) -> IndicatorScore:
    metric: MetricValue | None = None
    if indicator.is_group:
        earned = sum(
            (
                _score(child, indicator.code, level + 1, places, evidence).points
                for child in indicator.children
            ),
            ZERO,
        )
        scored = _group(indicator, earned)
    elif indicator.source == COMPUTED:
        metric = measure(indicator.metric, indicator.averaging, evidence.rows, indicator.metric_parameters)
        scored = _single(indicator, None if metric.missing else metric.value)
    else:
        scored = _entered(indicator, evidence)
    value = scored.inputs.get("value")
    score = IndicatorScore(
        code=indicator.code,
        parent=parent,
        level=level,
        position=places[indicator.code],
        points=scored.points,
        full=indicator.points,
        value=to_value(value) if isinstance(value, Decimal) else None,
        formula=scored.formula,
        inputs=scored.inputs,
        metric=metric,
        missing=scored.missing,
    )
    evidence.scores[indicator.code] = score
    return score


def _group(indicator: Indicator, earned: Decimal) -> Scored:
    if indicator.weight is None or indicator.subtotal_cap is None:
        return Scored(to_points(earned), SUM_OF_CHILDREN, {"sum": earned, "full": indicator.points})
    subtotal = min(earned, indicator.subtotal_cap)
    inputs: dict[str, Input] = {
        "sum": earned,
        "subtotal": subtotal,
        "subtotal_cap": indicator.subtotal_cap,
        "weight": indicator.weight,
        "full": indicator.points,
    }
    return Scored(to_points(Fraction(subtotal) * Fraction(indicator.weight)), WEIGHTED_SUBTOTAL, inputs)


def _entered(indicator: Indicator, evidence: _Evidence) -> Scored:
    function = indicator.function
    if isinstance(function, Given):
        return score_given(function, evidence.given.get(indicator.code, ()), indicator.points)
    keys = [reported.key for reported in reported_fields(indicator)]
    values = [evidence.reported.get(key) for key in keys]
    if isinstance(function, WeightedSum):
        parts = {part.code: value for part, value in zip(function.parts, values, strict=True)}
        return score_weighted_sum(function, parts, indicator.points)
    if not indicator.ratio:
        return _single(indicator, values[0])
    top, bottom = values
    if top is None or bottom is None:
        return missing(indicator.points)
    if top < 0 or bottom < 0:
        raise ValueError(f"{indicator.code} refuses a negative number")
    ratio = to_value(Fraction(top) / Fraction(bottom)) if bottom else ZERO
    scored = _single(indicator, ratio)
    return Scored(scored.points, scored.formula, {**scored.inputs, "numerator": top, "denominator": bottom})


def _single(indicator: Indicator, value: Decimal | None) -> Scored:
    if indicator.function is None:
        raise ValueError(f"{indicator.code} has no function")
    return score_value(indicator.function, value, indicator.points)


def _fail_hits(definition: SchemeDefinition, evidence: _Evidence) -> tuple[FailHit, ...]:
    hits = []
    for rule in definition.grade_rule.fail_rules:
        value = _fail_value(rule, evidence)
        if value is not None and (value <= rule.value if rule.test == AT_MOST else value >= rule.value):
            hits.append(FailHit(rule.code, value))
    return tuple(hits)


def _fail_value(rule: FailRule, evidence: _Evidence) -> Decimal | None:
    """What the rule looks at; a value that was never entered fails nobody."""
    if rule.indicator:
        return evidence.scores[rule.indicator].value
    return measure(rule.metric, METRICS[rule.metric].averagings[0], evidence.rows).value
