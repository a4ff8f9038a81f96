"""What would bring a unit points: missing reports first, then everything else by the points it may gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from evaluations.schemes.wording.figures import measure_of, measured, plain
from evaluations.scoring.definition import (
    COMPUTED,
    REPORTED,
    Bands,
    CappedLinear,
    Indicator,
    PerCount,
    SchemeDefinition,
)
from evaluations.scoring.evaluate import IndicatorScore
from evaluations.scoring.metrics import RATIO
from evaluations.scoring.rounding import to_points

ZERO = Decimal("0.00")
MOST_GAINS = 5
NOT_REPORTED: Sentence = _("Nothing is reported yet, so it counts 0 points.")
REPORTED_LESS: Sentence = _("The value reported brings %(points)s of %(full)s points.")
TO_FULL: Sentence = _("Now %(now)s; from %(target)s on it brings full points.")
TO_NEXT: Sentence = _("Now %(now)s; the next step begins at %(target)s.")


@dataclass(frozen=True)
class Gain:
    """One thing to do: the indicator, what is the matter, and the most points of the total it may bring.

    missing: nothing is reported yet. measured: it comes from usage records, not from a form.
    """

    indicator: Indicator
    reason: str
    points: Decimal
    missing: bool
    measured: bool


def gains(definition: SchemeDefinition, scores: Mapping[str, IndicatorScore]) -> tuple[Gain, ...]:
    """The worthwhile things to do, missing reports first, then by points; scores by judgement are left out."""
    found = [gain for leaf in definition.leaves() if (gain := _gain(leaf, scores)) is not None]
    found = [gain for gain in found if gain.points > 0]
    return tuple(sorted(found, key=lambda gain: (not gain.missing, -gain.points))[:MOST_GAINS])


def _gain(leaf: Indicator, scores: Mapping[str, IndicatorScore]) -> Gain | None:
    score = scores[leaf.code]
    if leaf.source == REPORTED:
        values = {"points": score.points, "full": plain(score.full)}
        reason = str(NOT_REPORTED) if score.missing else str(REPORTED_LESS) % values
        points = _carried(score, score.full - score.points, scores)
        return Gain(leaf, reason, points, missing=score.missing, measured=False)
    if leaf.source != COMPUTED or score.value is None:
        return None
    target, points, last = _target(leaf, score.value, score.points)
    if target is None:
        return None
    measure = RATIO if leaf.ratio else measure_of(leaf.metric)
    template: Any = TO_FULL if last else TO_NEXT
    reason = str(template % {"now": measured(score.value, measure), "target": measured(target, measure)})
    carried = _carried(score, points - score.points, scores)
    return Gain(leaf, reason, carried, missing=False, measured=True)


def _target(leaf: Indicator, value: Decimal, points: Decimal) -> tuple[Decimal | None, Decimal, bool]:
    """The value to reach next, the points it brings, and whether those are the full ones."""
    function = leaf.function
    if isinstance(function, CappedLinear):
        return function.benchmark, leaf.points, True
    if isinstance(function, PerCount):
        return leaf.points / function.points_each * function.per, leaf.points, True
    assert isinstance(function, Bands)  # no other function scores what is computed
    for band in sorted(function.bands, key=lambda one: one.lower):
        if band.lower > value and band.points > points:
            return band.lower, band.points, band.points == leaf.points
    return None, points, False


def _carried(score: IndicatorScore, points: Decimal, scores: Mapping[str, IndicatorScore]) -> Decimal:
    """What points of a leaf are worth in the total: groups weigh them and take no more than they lack."""
    parent = score.parent
    while parent:
        group = scores[parent]
        weight = group.inputs.get("weight")
        if isinstance(weight, Decimal):
            points = to_points(points * weight)
        points = min(points, group.full - group.points)
        parent = group.parent
    return points
