"""One result explained: every score with its rule, the rule with the numbers put in, and its loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display.formats import is_chinese
from display.stamps import kept_while
from evaluations.results.models import Award, IndicatorScore, Result
from evaluations.schemes.enums import Grade
from evaluations.schemes.wording.figures import measure_of, measured, source_of
from evaluations.schemes.wording.formulas import AVERAGED, filled, measured_from, rule_of
from evaluations.scoring.definition import COMPUTED, REPORTED, Indicator, SchemeDefinition
from evaluations.scoring.grading import MISSED
from evaluations.scoring.rounding import to_points

ZERO = Decimal("0.00")
MOST_LOSSES = 3
REASONS: dict[str, Sentence] = {
    "reached_cut_off": _("%(score)s points reach the cut-off of %(cut_off)s."),
    "quota_full": _(
        "%(score)s points reach the cut-off of %(cut_off)s for “%(wanted)s”, but its quota of %(quota)s was full."
    ),
    "quota_tied": _(
        "%(score)s points reach the cut-off of %(cut_off)s for “%(wanted)s”, but its quota of %(quota)s was full; "
        "the last place of “%(tied_for)s” went to %(tied_with)s, which is equal in every score."
    ),
    "quota_decided": _(
        "%(score)s points reach the cut-off of %(cut_off)s for “%(wanted)s”, but its quota of %(quota)s was full; "
        "%(tied_with)s is equal in every score, and by decision of the department got the last place of “%(tied_for)s”."
    ),
    "fail_rule": _("Fails whatever the score: %(rule)s (%(value)s)."),
    "below_all": _("%(score)s points are below the lowest cut-off of %(cut_off)s."),
}


@dataclass(frozen=True)
class ExplainedScore:
    """One line of the explanation. has_rows: there are rows to open behind it; assumed: taken from another year."""

    indicator: Indicator
    level: int
    points: Decimal
    full: Decimal
    mean: Decimal | None
    rule: str
    filled: str
    measured: str
    averaging: str
    source: Sentence
    missing: bool
    has_rows: bool
    largest_loss: bool = False
    assumed: bool = False

    @property
    def loss(self) -> Decimal:
        """Points not earned."""
        return self.full - self.points

    @property
    def is_computed(self) -> bool:
        """Whether it is measured from usage."""
        return self.indicator.source == COMPUTED

    @property
    def is_reported(self) -> bool:
        """Whether the unit reports it."""
        return self.indicator.source == REPORTED

    @property
    def is_full(self) -> bool:
        """Whether every point was earned."""
        return self.points == self.full


@dataclass(frozen=True)
class Explanation:
    """A result in words: all lines in reading order, why this grade, and the award with its arithmetic."""

    result: Result
    lines: tuple[ExplainedScore, ...]
    reason: str
    total: Decimal
    award: Award | None

    @property
    def loss(self) -> Decimal:
        """Points not earned in all."""
        return self.total - self.result.score

    @property
    def losses(self) -> list[ExplainedScore]:
        """The indicators at which most points were lost, most first."""
        lost = [line for line in self.lines if line.loss and not line.indicator.is_group]
        return sorted(lost, key=lambda line: -line.loss)[:MOST_LOSSES]


def explanation(
    result: Result,
    definition: SchemeDefinition,
    language: str,
    means: Mapping[str, Decimal] | None = None,
) -> Explanation:
    """Explain one result in two queries. `means`: the mean points of each indicator over all objects, if wanted."""
    stored = {score.indicator: score for score in IndicatorScore.objects.filter(result=result)}
    award = (
        Award.objects.filter(round=result.round_id, unit=result.unit_id).first()
        if result.instrument_id is None
        else None
    )
    return Explanation(
        result=result,
        lines=explained_lines(definition, stored, language, means or {}),
        reason=reason_of(result, definition, language),
        total=definition.total,
        award=award,
    )


def explained_lines(
    definition: SchemeDefinition,
    scores: Mapping[str, IndicatorScore],
    language: str,
    means: Mapping[str, Decimal],
) -> tuple[ExplainedScore, ...]:
    """The scores (by indicator, saved or not) in words and in reading order, the largest loss marked; no query."""
    lines = [
        _line(indicator, level, scores[indicator.code], language, means.get(indicator.code))
        for indicator, _parent, level in definition.walk()
        if indicator.code in scores
    ]
    worst = max((line.loss for line in lines if not line.indicator.is_group), default=ZERO)
    return tuple(_marked(line, worst) for line in lines)


def mean_points(round_pk: int) -> dict[str, Decimal]:
    """The mean points of every indicator over all objects of the round, to two decimals; one query.

    Kept for a minute, while nothing of the rounds changes.
    """
    return kept_while(f"mean_points.{round_pk}", ("rounds",), lambda: _mean_points(round_pk))


def _mean_points(round_pk: int) -> dict[str, Decimal]:
    sums: dict[str, tuple[Decimal, int]] = {}
    rows = IndicatorScore.objects.filter(result__round=round_pk).order_by()
    for indicator, points in rows.values_list("indicator", "points"):
        total, count = sums.get(indicator, (ZERO, 0))
        sums[indicator] = (total + points, count + 1)
    return {indicator: to_points(Fraction(total) / count) for indicator, (total, count) in sums.items()}


def reason_of(result: Result, definition: SchemeDefinition, language: str) -> str:
    """Why the result has its grade, in one sentence."""
    reason: dict[str, Any] = dict(result.grade_reason)
    key = str(reason.pop("key", ""))
    if key == "fail_rule":
        rule = next((r for r in definition.grade_rule.fail_rules if r.code == reason["rule"]), None)
        if rule is not None:
            reason["rule"] = rule.name_zh if is_chinese(language) else rule.name_en
            reason["value"] = measured(reason["value"], measure_of(rule.metric))
    if key in MISSED:
        for name in ("wanted", "tied_for"):
            reason[name] = str(Grade(reason[name]).label) if reason.get(name) else ""
    if key not in REASONS:
        return ""
    reason["score"] = str(result.score)
    template: Any = REASONS[key]
    return str(template % reason)


def _line(
    indicator: Indicator, level: int, score: IndicatorScore, language: str, mean: Decimal | None
) -> ExplainedScore:
    return ExplainedScore(
        indicator=indicator,
        level=level,
        points=score.points,
        full=score.full,
        mean=mean,
        rule=rule_of(indicator, language),
        filled=filled(indicator, score.formula, score.inputs, score.points, language),
        measured=measured_from(score.inputs),
        averaging=str(AVERAGED.get(indicator.averaging, "")),
        source=source_of(indicator),
        missing=score.missing,
        has_rows=not indicator.is_group,
    )


def _marked(line: ExplainedScore, worst: Decimal) -> ExplainedScore:
    if line.indicator.is_group or not worst or line.loss != worst:
        return line
    return replace(line, largest_loss=True)
