"""The digest of a round, worked out from its rows: what `final` stores and the verifying command compares."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from evaluations.rounds.models import Round
from evaluations.scoring.digest import RoundDigest, round_digest
from evaluations.snapshots.models import MetricSnapshot
from evaluations.snapshots.queries.digest import digest_rows


def round_seal(round_: Round) -> RoundDigest:
    """The digest over scheme (with the round's own terms), evidence, results (points, orders of equals), and awards.

    Raises ValueError without a snapshot.
    """
    if round_.snapshot is None:
        raise ValueError("A round without a snapshot has no digest.")
    return round_digest(
        scheme=_terms(round_),
        snapshot=_evidence(round_, round_.snapshot),
        results=_results(round_),
        awards=_awards(round_),
    )


def _terms(round_: Round) -> dict[str, Any]:
    scheme = round_.scheme
    return {
        "year": round_.year,
        "kind": round_.kind,
        "data_start": round_.data_start,
        "data_end": round_.data_end,
        "budget": round_.budget,
        "publicity_start": round_.publicity_start,
        "publicity_end": round_.publicity_end,
        "scheme": scheme.code,
        "version": scheme.version,
        "definition": scheme.definition,
    }


def _evidence(round_: Round, snapshot: MetricSnapshot) -> Iterator[dict[str, Any]]:
    for row in digest_rows(snapshot):
        yield {"row": row}
    fields = ("unit_id", "instrument_id", "indicator", "value")
    for reported in round_.reported_values.order_by().values(*fields, "reported_by_id"):
        yield {"reported": reported}
    for given in round_.given_scores.order_by().values(*fields, "given_by_id"):
        yield {"given": given}


def _results(round_: Round) -> Iterator[dict[str, Any]]:
    results = round_.results.order_by().prefetch_related("indicator_scores")
    for result in results.iterator(chunk_size=500):
        yield {
            "unit": result.unit_id,
            "instrument": result.instrument_id,
            "score": result.score,
            "rank": result.rank,
            "grade": result.grade,
            "reason": result.grade_reason,
            "points": [
                [
                    score.indicator,
                    score.position,
                    score.parent,
                    score.full,
                    score.points,
                    score.value,
                    score.formula,
                    score.inputs,
                    score.missing,
                ]
                for score in sorted(result.indicator_scores.all(), key=lambda score: score.position)
            ],
        }
    for tie in round_.tie_decisions.order_by().values("order", "reason", "decided_by_id"):
        yield {"tie": tie}


def _awards(round_: Round) -> Iterator[dict[str, Decimal | int | bool]]:
    fields = ("unit_id", "base", "performance", "amount", "weight", "capped")
    yield from round_.awards.order_by().values(*fields)
