"""Queries room: the awards of a round, and the numbers behind one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from changes.errors import Sentence
from evaluations.results.models import Award, Result
from evaluations.rounds.models import Round
from evaluations.scoring.definition import (
    SHARE_BY_EXTERNAL_HOURS,
    SHARE_BY_SCORE,
    SHARE_BY_SCORE_X_EXTERNAL_HOURS,
    AwardRule,
)
from evaluations.snapshots.models import SnapshotRow
from evaluations.snapshots.queries.names_then import units_then
from members.models import MemberUnit

ZERO = Decimal(0)


def awards_of(round_: Round, unit_pks: Iterable[int]) -> dict[int, Decimal]:
    """Return the award in yuan by the unit's primary key, for those of the given units that have one."""
    rows = Award.objects.filter(round=round_, unit_id__in=list(unit_pks)).order_by()
    return dict(rows.values_list("unit_id", "amount"))


@dataclass(frozen=True)
class ShareOfRest:
    """How the performance part of one award comes about, every number of it; sums in yuan, hours of the snapshot.

    factors: what the weight is made of, in order. rest: what those below the cap share in; weights: theirs added up.
    budget, bases, at_cap, left: the rest is the budget less all base sums, what those at the cap got beside theirs,
    and what nobody got. capped: who is at the cap, as they were called then.
    """

    factors: tuple[tuple[Sentence, str], ...]
    weight: str
    rest: Decimal
    weights: str
    budget: Decimal
    bases: Decimal
    at_cap: Decimal
    left: Decimal
    capped: tuple[MemberUnit, ...]
    is_capped: bool


def share_of_rest(award: Award, result: Result, rule: AwardRule) -> ShareOfRest | None:
    """The numbers behind the award of a result; None for one without weight. Three queries."""
    if not award.weight:
        return None
    awards = list(Award.objects.filter(round=award.round_id).order_by("unit__code"))
    below = [one for one in awards if not one.capped]
    capped = [one for one in awards if one.capped]
    then = units_then(result.round.snapshot_id, [one.unit_id for one in capped])
    return ShareOfRest(
        factors=tuple(_factors(result, rule)),
        weight=_plain(award.weight),
        rest=sum((one.performance for one in below), ZERO),
        weights=_plain(sum((one.weight for one in below), ZERO)),
        budget=result.round.budget,
        bases=sum((one.base for one in awards), ZERO),
        at_cap=sum((one.performance for one in capped), ZERO),
        left=result.round.budget - sum((one.amount for one in awards), ZERO),
        capped=tuple(then.get(one.unit_id, one.unit) for one in capped),
        is_capped=award.capped,
    )


def _factors(result: Result, rule: AwardRule) -> Iterator[tuple[Sentence, str]]:
    yield _("weight of the grade"), _plain(rule.grade_weights.get(result.grade, ZERO))
    if rule.share_by in {SHARE_BY_SCORE, SHARE_BY_SCORE_X_EXTERNAL_HOURS}:
        yield pgettext_lazy("factor of a weight", "score"), _plain(result.score)
    if rule.share_by in {SHARE_BY_EXTERNAL_HOURS, SHARE_BY_SCORE_X_EXTERNAL_HOURS}:
        rows = SnapshotRow.objects.filter(
            snapshot=result.round.snapshot_id, unit=result.unit_id, in_scope=True
        )
        yield _("external hours in scope"), _plain(rows.aggregate(sum=Sum("external_hours"))["sum"] or ZERO)


def _plain(number: Decimal) -> str:
    """A number with thousands apart and no needless noughts."""
    text = f"{number:,.6f}".rstrip("0")
    return text.removesuffix(".") if "." in text else text
