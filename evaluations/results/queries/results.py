"""Results as they are read: the ranked table with its grade lines."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from django.db.models import Prefetch, QuerySet

from evaluations.enums import RoundState
from evaluations.results.models import Award, IndicatorScore, Result
from evaluations.rounds.models import Round
from evaluations.rounds.rules.working_days import working_days
from evaluations.schemes.enums import Grade
from evaluations.scoring.definition import GRADES, Indicator, SchemeDefinition
from evaluations.scoring.grading import MISSED, places_of
from evaluations.scoring.rounding import to_points
from evaluations.snapshots.queries.names_then import instruments_then, units_then

ZERO = Decimal("0.00")
R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class GroupCell:
    """A first-level score of one object: points, full points and the mean of all objects."""

    indicator: Indicator
    points: Decimal
    full: Decimal
    mean: Decimal


@dataclass(frozen=True)
class RankedRow:
    """One judged object with its first-level scores and award; `simulated`: another grade that is tried."""

    result: Result
    cells: tuple[GroupCell, ...]
    award: Award | None
    tied: bool
    missing: int
    simulated: Grade | None = None

    @property
    def simulated_up(self) -> bool:
        """Whether the grade that is tried is better than the present one."""
        return self.simulated is not None and GRADES.index(self.simulated) < GRADES.index(self.result.grade)


@dataclass(frozen=True)
class GradeSection:
    """A grade line with its rule, and the objects below it. `cut_off` None: what remains below all others.

    `over`: objects whose score reaches this grade but for whom the quota had no room.
    """

    grade: Grade
    cut_off: Decimal | None
    quota: int | None
    money: Decimal
    over: int
    rows: tuple[RankedRow, ...]


@dataclass(frozen=True)
class RankedTable:
    """The whole table, best first, with the money summed up."""

    groups: tuple[Indicator, ...]
    means: tuple[Decimal, ...]
    sections: tuple[GradeSection, ...]
    judged: int
    awarded_units: int
    base: Decimal
    performance: Decimal
    awarded: Decimal
    budget: Decimal

    @property
    def difference(self) -> Decimal:
        """Budget minus awards, to the fen."""
        return self.budget - self.awarded


def as_then(round_: Round, results: Iterable[R]) -> list[R]:
    """Give results the unit (and instrument) as the round's snapshot knows it, not as it is now; two queries."""
    found = list(results)
    units = units_then(round_.snapshot_id, {result.unit_id for result in found})
    machines = [result.instrument_id for result in found if result.instrument_id is not None]
    instruments = instruments_then(round_.snapshot_id, machines) if machines else {}
    for result in found:
        if result.unit_id in units:
            result.unit = units[result.unit_id]
        if result.instrument_id in instruments:
            result.instrument = instruments[result.instrument_id]
    return found


def results_of(round_: Round) -> QuerySet[Result]:
    """The results of a round by rank, with unit and instrument at hand."""
    return (
        Result.objects.filter(round=round_)
        .select_related("unit", "unit__region", "instrument")
        .order_by("rank", "unit__code", "instrument__code")
    )


def grade_counts(round_: Round) -> dict[str, int]:
    """How many objects have each grade; all four grades are answered."""
    counts = dict.fromkeys(GRADES, 0)
    for grade in Result.objects.filter(round=round_).order_by().values_list("grade", flat=True):
        counts[grade] += 1
    return counts


def ranked_table(round_: Round, definition: SchemeDefinition) -> RankedTable:
    """Everything the ranked table shows, in four queries whatever the number of units."""
    first_level = Prefetch(
        "indicator_scores", queryset=IndicatorScore.objects.order_by("position"), to_attr="ordered_scores"
    )
    results = as_then(round_, results_of(round_).prefetch_related(first_level))
    awards = {award.unit_id: award for award in Award.objects.filter(round=round_)}
    groups = definition.indicators
    points = {result.pk: {score.indicator: score for score in result.ordered_scores} for result in results}
    means = tuple(_mean([points[r.pk][group.code].points for r in results]) for group in groups)
    ties: defaultdict[tuple[int, Decimal], int] = defaultdict(int)
    for result in results:
        ties[0, result.score] += 1
    rows = [
        RankedRow(
            result=result,
            cells=tuple(
                GroupCell(group, points[result.pk][group.code].points, group.points, mean)
                for group, mean in zip(groups, means, strict=True)
            ),
            award=awards.get(result.unit_id) if result.instrument_id is None else None,
            tied=ties[0, result.score] > 1,
            missing=sum(1 for score in points[result.pk].values() if score.missing),
        )
        for result in results
    ]
    return RankedTable(
        groups=groups,
        means=means,
        sections=tuple(_section(grade, definition, rows) for grade in GRADES),
        judged=len(rows),
        awarded_units=len(awards),
        base=sum((award.base for award in awards.values()), ZERO),
        performance=sum((award.performance for award in awards.values()), ZERO),
        awarded=sum((award.amount for award in awards.values()), ZERO),
        budget=round_.budget,
    )


def _section(grade: str, definition: SchemeDefinition, rows: list[RankedRow]) -> GradeSection:
    rule = definition.grade_rule
    mine = tuple(row for row in rows if row.result.grade == grade)
    quota = rule.quotas.get(grade)
    over = sum(
        1
        for row in rows
        if row.result.grade_reason.get("key") in MISSED and row.result.grade_reason["wanted"] == grade
    )
    return GradeSection(
        grade=Grade(grade),
        cut_off=rule.cut_offs.get(grade),
        quota=None if quota is None else places_of(quota, len(rows)),
        money=sum((row.award.amount for row in mine if row.award is not None), ZERO),
        over=over,
        rows=mine,
    )


def _mean(numbers: list[Decimal]) -> Decimal:
    if not numbers:
        return ZERO
    return to_points(Fraction(sum(numbers, ZERO)) / len(numbers))


def window_days(round_: Round) -> int:
    """Working days of the publicity window; 0 before one is set."""
    if round_.publicity_start is None or round_.publicity_end is None:
        return 0
    return working_days(round_.publicity_start, round_.publicity_end)


def window_left(round_: Round, today: dt.date) -> int:
    """Working days left in which to object, today counted; 0 outside the window."""
    if (
        round_.state != RoundState.PUBLICISED
        or round_.publicity_end is None
        or round_.publicity_start is None
    ):
        return 0
    return working_days(max(today, round_.publicity_start), round_.publicity_end)
