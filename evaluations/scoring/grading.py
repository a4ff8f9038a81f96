"""Ranks and grades: by score, ties by one first-level score, then cut-offs and quotas.

Order: higher score first; equal scores by the tie-break score; equal in both, by code, only so that the
list is always the same. Ranks are competition ranks (1, 2, 2, 4): objects equal in score and tie-break
share a rank.

Grades are given in that order: whoever meets a fail rule fails and takes no place; everyone else gets the
best grade whose cut-off the score reaches and whose quota is not used up. A percentage quota counts all
objects judged and is rounded down. Where objects of one rank meet the last place of a quota, the decision of the
department on their order holds. Without one the code decides for the time being, and the reason of those who lose
the place names the rank-mate that got it (`tied_with`) and the grade (`tied_for`): the wanted one, or a lower one
that was full as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaluations.scoring.definition import FAIL, GRADES_WITH_CUT_OFF, PERCENT, GradeRule, Quota
from evaluations.scoring.evaluate import FailHit, ObjectScore
from evaluations.scoring.writing import decimal_text

REACHED_CUT_OFF = "reached_cut_off"
QUOTA_FULL = "quota_full"
QUOTA_TIED = "quota_tied"
QUOTA_DECIDED = "quota_decided"
MISSED = (QUOTA_FULL, QUOTA_TIED, QUOTA_DECIDED)
"""The score reached a better grade, whose quota was full; with or without an equal in its last place."""
FAIL_RULE = "fail_rule"
BELOW_ALL = "below_all"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """What grading needs of one object."""

    code: str
    score: Decimal
    tie_break: Decimal = ZERO
    fail_hits: tuple[FailHit, ...] = ()


@dataclass(frozen=True)
class GradeReason:
    """Why an object has its grade: a key and its inputs."""

    key: str
    inputs: Mapping[str, Decimal | int | str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able: the key and the inputs, decimals as strings."""
        plain = {k: decimal_text(v) if isinstance(v, Decimal) else v for k, v in self.inputs.items()}
        return {"key": self.key, **plain}


@dataclass(frozen=True)
class Graded:
    """Rank and grade of one object, with the reason."""

    code: str
    score: Decimal
    tie_break: Decimal
    rank: int
    grade: str
    reason: GradeReason


def standing_of(rule: GradeRule, score: ObjectScore) -> Standing:
    """What grading needs, from a full score."""
    tie_break = score.points_of(rule.tie_break) if rule.tie_break else ZERO
    return Standing(score.code, score.total, tie_break, score.fail_hits)


def places_of(quota: Quota, judged: int) -> int:
    """How many objects of `judged` the quota admits."""
    if quota.kind == PERCENT:
        return int(Fraction(quota.value) * judged / 100)
    return int(quota.value)


def grade_objects(
    rule: GradeRule, standings: Iterable[Standing], decisions: Sequence[Sequence[str]] = ()
) -> tuple[Graded, ...]:
    """Rank and grade all objects, best first. Raises ValueError if a code appears twice.

    `decisions`: groups of codes, each in the order in which they are to be served where they are equal.
    """
    places = {code: (n, place) for n, group in enumerate(decisions) for place, code in enumerate(group)}
    undecided = (len(decisions), 0)
    ordered = sorted(
        standings,
        key=lambda standing: (
            -standing.score,
            -standing.tie_break,
            places.get(standing.code, undecided),
            standing.code,
        ),
    )
    if len({standing.code for standing in ordered}) != len(ordered):
        raise ValueError("an object is judged twice")
    desk = _Desk(rule, len(ordered), decisions)
    graded: list[Graded] = []
    for place, standing in enumerate(ordered, start=1):
        before = graded[-1] if graded else None
        same = before is not None and (before.score, before.tie_break) == (standing.score, standing.tie_break)
        rank = before.rank if before is not None and same else place
        grade, reason = desk.decide(standing)
        graded.append(Graded(standing.code, standing.score, standing.tie_break, rank, grade, reason))
    return tuple(graded)


class _Desk:
    """Gives out grades in order and remembers how many places of each quota are left."""

    def __init__(self, rule: GradeRule, judged: int, decisions: Sequence[Sequence[str]]) -> None:
        self.group = {code: n for n, codes in enumerate(decisions) for code in codes}
        self.cut_offs = {g: rule.cut_offs[g] for g in GRADES_WITH_CUT_OFF if g in rule.cut_offs}
        self.quotas = {grade: places_of(quota, judged) for grade, quota in rule.quotas.items()}
        self.left = dict(self.quotas)
        self.last: dict[str, Standing] = {}

    def decide(self, standing: Standing) -> tuple[str, GradeReason]:
        if standing.fail_hits:
            hit = standing.fail_hits[0]
            return FAIL, GradeReason(FAIL_RULE, {"rule": hit.code, "value": hit.value})
        reached = [grade for grade, cut_off in self.cut_offs.items() if standing.score >= cut_off]
        if not reached:
            lowest = min(self.cut_offs.values())
            return FAIL, GradeReason(BELOW_ALL, {"score": standing.score, "cut_off": lowest})
        grade = next((grade for grade in reached if self.left.get(grade, 1) > 0), FAIL)
        if grade in self.left:
            self.left[grade] -= 1
        missed = reached[: reached.index(grade)] if grade in reached else reached
        reason = self._reason(standing, reached[0], missed)
        self.last[grade] = standing
        return grade, reason

    def _reason(self, standing: Standing, wanted: str, missed: Sequence[str]) -> GradeReason:
        inputs: dict[str, Decimal | int | str] = {
            "score": standing.score,
            "cut_off": self.cut_offs[wanted],
        }
        if not missed:
            return GradeReason(REACHED_CUT_OFF, inputs)
        inputs |= {"wanted": wanted, "quota": self.quotas[wanted], "tied_with": ""}
        for grade in missed:
            last = self.last.get(grade)
            if last is None or (last.score, last.tie_break) != (standing.score, standing.tie_break):
                continue
            inputs |= {"tied_with": last.code, "tied_for": grade}
            if last.code in self.group and self.group[last.code] == self.group.get(standing.code):
                return GradeReason(QUOTA_DECIDED, inputs)
            return GradeReason(QUOTA_TIED, inputs)
        return GradeReason(QUOTA_FULL, inputs)
