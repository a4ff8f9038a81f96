"""Queries room: the awards of a round."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from evaluations.models import Award, Round


def awards_of(round_: Round, unit_pks: Iterable[int]) -> dict[int, Decimal]:
    """Return the award in yuan by the unit's primary key, for those of the given units that have one."""
    rows = Award.objects.filter(round=round_, unit_id__in=list(unit_pks)).order_by()
    return dict(rows.values_list("unit_id", "amount"))
