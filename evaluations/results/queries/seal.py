"""The digest of a round, worked out from its rows: what `final` stores and the verifying command compares."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from evaluations.rounds.models import Round
from evaluations.scoring.digest import RoundDigest, digest_of_rows, round_digest
from evaluations.snapshots.models import MetricSnapshot
from evaluations.snapshots.queries.digest import digest_rows

FINALISED = "evaluations.round.finalised"


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
        form=round_.snapshot.format,
    )


def _terms(round_: Round) -> dict[str, Any]:
    scheme = round_.scheme
    terms = {
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
    if round_.snapshot is not None and round_.snapshot.format == 1:
        return terms
    return terms | {
        "collecting_until": round_.collecting_until,
        "scored_at": round_.scored_at,
        "publicised_at": round_.publicised_at,
        "scheme_name_zh": scheme.name_zh,
        "scheme_name_en": scheme.name_en,
    }


def entries_mark(round_: Round) -> str:
    """What tells the values entered for a round and its decisions from any other state of them; three queries."""
    fields = ("unit_id", "instrument_id", "indicator", "value")
    rows: list[dict[str, Any]] = [
        *({"reported": one} for one in round_.reported_values.order_by().values(*fields)),
        *({"given": one} for one in round_.given_scores.order_by().values(*fields, "given_by_id")),
        *({"tie": one} for one in round_.tie_decisions.order_by().values("order")),
    ]
    return digest_of_rows([*rows, {"snapshot": round_.snapshot_id}])


def _evidence(round_: Round, snapshot: MetricSnapshot) -> Iterator[dict[str, Any]]:
    for row in digest_rows(snapshot):
        yield {"row": row}
    fields = ("unit_id", "instrument_id", "indicator", "value")
    words = snapshot.format > 1
    said = ("evidence", "reported_at") if words else ()
    for reported in round_.reported_values.order_by().values(*fields, "reported_by_id", *said):
        yield {"reported": reported}
    why = ("note", "given_as", "given_at") if words else ()
    for given in round_.given_scores.order_by().values(*fields, "given_by_id", *why):
        yield {"given": given}


def _results(round_: Round) -> Iterator[dict[str, Any]]:
    results = round_.results.order_by().prefetch_related("indicator_scores")
    for result in results:
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
    # The last step, the sealing itself, comes after; what a step says was written once and never changes.
    if round_.snapshot is not None and round_.snapshot.format > 1:
        for step in (
            round_.history.exclude(verb=FINALISED)
            .order_by()
            .values("version", "at", "by_id", "verb", "facts")
        ):
            yield {"step": step}
    for tie in round_.tie_decisions.order_by().values("order", "reason", "decided_by_id"):
        yield {"tie": tie}


def _awards(round_: Round) -> Iterator[dict[str, Decimal | int | bool]]:
    fields = ("unit_id", "base", "performance", "amount", "weight", "capped")
    yield from round_.awards.order_by().values(*fields)
