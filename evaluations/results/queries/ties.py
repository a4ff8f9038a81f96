"""Ties: objects equal in every score among which a quota chooses, and what the department has decided about them."""

from __future__ import annotations

from collections import defaultdict

from evaluations.results.models import Result
from evaluations.results.queries.results import as_then
from evaluations.rounds.models import Round
from evaluations.scoring.grading import FAIL_RULE, QUOTA_DECIDED, QUOTA_TIED

Tie = tuple[str, ...]
"""The codes of equals, in the order in which they were served."""


def decisions_of(round_: Round) -> tuple[Tie, ...]:
    """The orders decided in the round."""
    orders = round_.tie_decisions.order_by("pk").values_list("order", flat=True)
    return tuple(tuple(order) for order in orders)


def ties_of(round_: Round) -> list[Tie]:
    """All ties at the last place of a quota, decided or not, best first; one query."""
    return _ties(round_, {QUOTA_TIED, QUOTA_DECIDED})


def open_ties(round_: Round) -> list[Tie]:
    """The ties that only the code decides so far; one query."""
    return _ties(round_, {QUOTA_TIED})


def _ties(round_: Round, keys: set[str]) -> list[Tie]:
    groups: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    # In the order of writing, which is the order of serving.
    rows = Result.objects.filter(round=round_).order_by("rank", "pk")
    for rank, code, instrument, reason in rows.values_list(
        "rank", "unit__code", "instrument__code", "grade_reason"
    ):
        if reason.get("key") != FAIL_RULE:
            groups[rank].append((instrument or code, str(reason.get("key"))))
    return [
        tuple(code for code, _key in group)
        for group in groups.values()
        if any(key in keys for _code, key in group)
    ]


def names_of(round_: Round) -> dict[str, str]:
    """The name of everything judged, by its code, as the round knows it."""
    rows = Result.objects.filter(round=round_).select_related("unit", "instrument")
    return {
        (one.instrument or one.unit).code: (one.instrument or one.unit).name_zh
        for one in as_then(round_, rows)
    }
