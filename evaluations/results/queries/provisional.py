"""How a unit, or one of its instruments, would stand today: the round's own arithmetic over live rows, never stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from evaluations.entries.queries.evidence import figures_of
from evaluations.results.models import Award, IndicatorScore, Result
from evaluations.results.queries.explanation import ExplainedScore, explained_lines
from evaluations.results.rules.gauge import Gauge, better_than, gauge_of
from evaluations.results.wording.gains import Gain, gains
from evaluations.rounds.models import Round
from evaluations.rounds.queries import published_rounds
from evaluations.schemes.enums import Grade
from evaluations.scoring.definition import GIVEN, Given, SchemeDefinition
from evaluations.scoring.evaluate import ObjectScore, score_object
from evaluations.scoring.grading import FAIL_RULE, grade_objects, standing_of
from evaluations.scoring.scope import unit_in_scope
from evaluations.snapshots.models import SnapshotRow

ZERO = Decimal("0.00")
FIRST_ACTS = 2
TAKEN_OVER: Sentence = _("Not scored yet; %(points)s points are taken over from %(year)s until it is.")
UNSCORED: Sentence = _("Not scored yet, so 0 points for now.")


@dataclass(frozen=True)
class Earlier:
    """The newest public result before this round: its points by indicator, their means, its award."""

    result: Result
    scores: Mapping[str, IndicatorScore]
    award: Award | None


@dataclass(frozen=True)
class Provisional:
    """The score as of `at`, by live usage, values reported so far and, for scores by hand, those of the year before.

    grade: by the cut-offs and rules alone, for quotas need everybody's score. better, cut_off, gap: the next
    better grade and the points up to it (None at the top). last_place: the lowest score that had that grade in
    the earlier round, if it was judged by the same scheme. inputs: those of every formula, by indicator.
    """

    at: dt.datetime
    judged: bool
    score: Decimal
    grade: Grade
    by_rule: str
    better: Grade | None
    cut_off: Decimal
    gap: Decimal
    above: Decimal | None
    last_place: Decimal | None
    gauge: Gauge
    lines: tuple[ExplainedScore, ...]
    inputs: Mapping[str, Mapping[str, Any]]
    gains: tuple[Gain, ...]
    total: Decimal
    instruments: int
    earlier: Earlier | None

    @property
    def loss(self) -> Decimal:
        """Points not earned in all."""
        return self.total - self.score

    @property
    def weakest(self) -> ExplainedScore | None:
        """The indicator at which most points are lost; None if none is."""
        return next((line for line in self.lines if line.largest_loss), None)

    @property
    def first_gain(self) -> Decimal:
        """The points the first two acts may bring."""
        return sum((gain.points for gain in self.gains[:FIRST_ACTS]), ZERO)

    @property
    def first_acts(self) -> Decimal:
        """The score after the first two acts."""
        return min(self.score + self.first_gain, self.total)

    @property
    def first_at(self) -> int:
        """Where that score lies on the line, in percent."""
        return self.gauge.place(self.first_acts)

    @property
    def assumed(self) -> bool:
        """Whether some points are taken over from the earlier round."""
        return any(line.assumed for line in self.lines)


def earlier_result(round_: Round, unit_pk: int, instrument_pk: int | None = None) -> Earlier | None:
    """The newest public result of the unit (or its instrument) in an earlier round; three queries."""
    result = (
        Result.objects.select_related("round", "round__scheme")
        .filter(
            round__kind=round_.kind,
            round__year__lt=round_.year,
            round__in=published_rounds(),
            unit=unit_pk,
            instrument=instrument_pk,
        )
        .order_by("-round__year")
        .first()
    )
    if result is None:
        return None
    scores = {score.indicator: score for score in IndicatorScore.objects.filter(result=result)}
    award = (
        Award.objects.filter(round=result.round_id, unit=unit_pk).first() if instrument_pk is None else None
    )
    return Earlier(result, scores, award)


def provisional(  # noqa: PLR0917
    round_: Round,
    definition: SchemeDefinition,
    rows: Sequence[SnapshotRow],
    reported: Mapping[str, Decimal],
    earlier: Earlier | None,
    language: str,
    *,
    now: dt.datetime,
) -> Provisional:
    """Score one object from rows measured just now; one query. Scores given in this round stay unseen until publicity.

    `rows`: all of the unit, or the one row of a single instrument.
    """
    figures = tuple(figures_of(row) for row in rows)
    taken = _taken_over(definition, earlier)
    scored = score_object(definition, "", figures, reported, taken)
    rule = definition.grade_rule
    (graded,) = grade_objects(replace(rule, quotas={}), [standing_of(rule, scored)])
    grade = Grade(graded.grade)
    better = better_than(grade, rule)
    own = rule.cut_offs.get(grade)
    by_rule = str(graded.reason.inputs["rule"]) if graded.reason.key == FAIL_RULE else ""
    kind = rows[0].unit_kind if rows else ""
    return Provisional(
        at=min(now, round_.data_end),
        judged=bool(rows) and unit_in_scope(definition.scope, unit_kind=kind, rows=figures),
        score=scored.total,
        grade=grade,
        by_rule=next((str(_name_in(r, language)) for r in rule.fail_rules if r.code == by_rule), ""),
        better=Grade(better) if better else None,
        cut_off=rule.cut_offs[better] if better else ZERO,
        gap=max(rule.cut_offs[better] - scored.total, ZERO) if better else ZERO,
        above=None if own is None else scored.total - own,
        last_place=_last_place(round_, earlier, better),
        gauge=gauge_of(
            scored.total, {Grade(one): least for one, least in rule.cut_offs.items()}, definition.total
        ),
        lines=_lines(definition, scored, earlier, taken, language),
        inputs={score.code: score.as_inputs() for score in scored.indicators},
        gains=gains(definition, {score.code: score for score in scored.indicators}),
        total=definition.total,
        instruments=sum(1 for row in rows if row.in_scope),
        earlier=earlier,
    )


def _taken_over(definition: SchemeDefinition, earlier: Earlier | None) -> dict[str, list[Decimal]]:
    """For each score by hand the mean given in the earlier round, where the indicator was worth the same."""
    taken: dict[str, list[Decimal]] = {}
    for leaf in definition.leaves() if earlier is not None else ():
        before = earlier.scores.get(leaf.code) if earlier is not None else None
        if before is None or leaf.source != GIVEN or before.value is None or before.full != leaf.points:
            continue
        scale = leaf.function.scale if isinstance(leaf.function, Given) else None
        if before.formula == Given.kind and before.value <= (leaf.points if scale is None else scale):
            taken[leaf.code] = [before.value]
    return taken


def _lines(
    definition: SchemeDefinition,
    scored: ObjectScore,
    earlier: Earlier | None,
    taken: Mapping[str, list[Decimal]],
    language: str,
) -> tuple[ExplainedScore, ...]:
    unsaved = {
        score.code: IndicatorScore(
            indicator=score.code,
            points=score.points,
            full=score.full,
            value=score.value,
            formula=score.formula,
            inputs=score.as_inputs(),
            missing=score.missing,
        )
        for score in scored.indicators
    }
    before = {} if earlier is None else earlier.scores
    year = "" if earlier is None else earlier.result.round.year
    lines = explained_lines(
        definition, unsaved, language, {code: score.points for code, score in before.items()}
    )
    return tuple(
        replace(
            line,
            assumed=line.indicator.code in taken,
            missing=False,
            filled=str(TAKEN_OVER if line.indicator.code in taken else UNSCORED)
            % {"points": line.points, "year": year},
        )
        if line.indicator.source == GIVEN
        else line
        for line in lines
    )


def _last_place(round_: Round, earlier: Earlier | None, better: str | None) -> Decimal | None:
    """The lowest score with the better grade in the earlier round, comparable only under the same scheme."""
    if earlier is None or better is None or earlier.result.round.scheme.code != round_.scheme.code:
        return None
    found = Result.objects.filter(round=earlier.result.round_id, grade=better).aggregate(last=Min("score"))
    # SQLite gives the least of a column back without its places.
    return None if found["last"] is None else Decimal(found["last"]).quantize(ZERO)


def _name_in(named: object, language: str) -> str:
    return str(getattr(named, "name_zh" if language.startswith("zh") else "name_en"))
