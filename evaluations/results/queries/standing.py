"""Where a result stands: the better grade, how far away it is, and whether points or places are in the way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Min, Q

from evaluations.results.models import Result
from evaluations.results.rules.gauge import Gauge, better_than, gauge_of
from evaluations.schemes.enums import Grade
from evaluations.scoring.definition import SchemeDefinition
from evaluations.scoring.grading import FAIL_RULE, places_of


@dataclass(frozen=True)
class Stand:
    """A result among the grades.

    better: the next better grade (None at the top). gap: points up to its cut-off, 0 if reached. last_place:
    the lowest score that has this grade, if its quota is used up. above: points over the cut-off of one's own
    grade (None below all). by_rule: a rule fails it, so that points do not matter.
    """

    judged: int
    better: Grade | None
    cut_off: Decimal
    gap: Decimal
    places: int | None
    last_place: Decimal | None
    above: Decimal | None
    by_rule: bool
    score: Decimal
    gauge: Gauge

    @property
    def quota_full(self) -> bool:
        """Whether every place of the better grade is taken."""
        return self.last_place is not None

    @property
    def place_gap(self) -> Decimal:
        """Points up to the last place of the better grade."""
        return Decimal(0) if self.last_place is None else self.last_place - self.score


def stand_of(result: Result, definition: SchemeDefinition) -> Stand:
    """Work out where the result stands; one query."""
    rule = definition.grade_rule
    better = better_than(result.grade, rule)
    taken = Result.objects.filter(round=result.round_id).aggregate(
        judged=Count("pk"),
        places=Count("pk", filter=Q(grade=better or "")),
        last=Min("score", filter=Q(grade=better or "")),
    )
    quota = rule.quotas.get(better or "")
    places = None if quota is None else places_of(quota, taken["judged"])
    full = places is not None and taken["places"] >= places and taken["last"] is not None
    cut_off = rule.cut_offs[better] if better else Decimal(0)
    own = rule.cut_offs.get(result.grade)
    return Stand(
        judged=taken["judged"],
        better=Grade(better) if better else None,
        cut_off=cut_off,
        gap=max(cut_off - result.score, Decimal(0)),
        places=places,
        last_place=taken["last"] if full else None,
        above=None if own is None else result.score - own,
        by_rule=result.grade_reason.get("key") == FAIL_RULE,
        score=result.score,
        gauge=gauge_of(
            result.score, {Grade(one): least for one, least in rule.cut_offs.items()}, definition.total
        ),
    )
