"""Queries room: the awards of a round, and the numbers behind one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from evaluations.results.models import Award
from evaluations.rounds.models import Round


def awards_of(round_: Round, unit_pks: Iterable[int]) -> dict[int, Decimal]:
    """Return the award in yuan by the unit's primary key, for those of the given units that have one."""
    rows = Award.objects.filter(round=round_, unit_id__in=list(unit_pks)).order_by()
    return dict(rows.values_list("unit_id", "amount"))


@dataclass(frozen=True)
class ShareOfRest:
    """What a unit below the cap shares in: the rest of the budget for such units (yuan), and their weights added up."""

    rest: Decimal
    weights: Decimal


def share_of_rest(award: Award) -> ShareOfRest | None:
    """The numbers of the award's performance part; None for one at the cap or without weight. One query."""
    if award.capped or not award.weight:
        return None
    rows = Award.objects.filter(round=award.round_id, capped=False).order_by()
    parts = list(rows.values_list("performance", "weight"))
    return ShareOfRest(
        rest=sum((performance for performance, _weight in parts), Decimal(0)),
        weights=sum((weight for _performance, weight in parts), Decimal(0)),
    )
