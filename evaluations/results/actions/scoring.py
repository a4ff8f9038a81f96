"""Scoring a round: the outcome of its evidence becomes results, points and awards."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from changes import Work
from evaluations.enums import RoundState
from evaluations.results.events import RoundScored
from evaluations.results.models import Award, IndicatorScore, Result, TieDecision
from evaluations.results.queries.outcome import JudgedObject, Outcome, outcome_of
from evaluations.rounds.actions import manage_round, save
from evaluations.rounds.blocking import SCORE, refuse_if_blocked
from evaluations.rounds.events import note
from evaluations.rounds.models import Round

BATCH = 1000


def score_round(
    work: Work,
    round_: Round,
    *,
    seen: int | None = None,
    now: dt.datetime | None = None,
    outcome: Outcome | None = None,
) -> Round:
    """Score, rank, grade and award everything in scope from the newest snapshot; collecting becomes scored. Officers.

    The awards add up to the budget to the fen unless everyone eligible is at the cap. `outcome`: what the background
    worked out already from the same evidence. Raises WrongRoundState, Blocked, RoundMoved.
    """
    now = now or work.now
    held = manage_round(work, round_.pk, seen)
    refuse_if_blocked(held, SCORE, RoundState.COLLECTING, now=now)
    outcome = outcome or outcome_of(held)
    drop_results(held)
    write_outcome(held, outcome)
    held.state, held.scored_at, held.open_units = RoundState.SCORED, now, []
    save(held)
    note(
        work,
        RoundScored(
            target=held,
            before={"state": RoundState.COLLECTING},
            after={
                "state": held.state,
                "snapshot": held.snapshot and held.snapshot.number,
                "results": len(outcome.judged),
                "grades": grade_counts(outcome),
                "awarded": outcome.allocation and outcome.allocation.allocated,
            },
        ),
    )
    return held


def grade_counts(outcome: Outcome) -> dict[str, int]:
    """How many objects have each grade that was given."""
    return dict(Counter(judged.graded.grade for judged in outcome.judged))


def write_outcome(round_: Round, outcome: Outcome) -> None:
    """Write results, points and awards of a round that has none."""
    results = Result.objects.bulk_create(
        [result_row(round_, judged) for judged in outcome.judged], batch_size=BATCH
    )
    IndicatorScore.objects.bulk_create(
        [
            row
            for result, judged in zip(results, outcome.judged, strict=True)
            for row in score_rows(result, judged)
        ],
        batch_size=BATCH,
    )
    units = {judged.graded.code: judged.unit_id for judged in outcome.judged}
    if outcome.allocation is not None:
        Award.objects.bulk_create(
            [
                Award(
                    round=round_,
                    unit_id=units[share.code],
                    base=share.base,
                    performance=share.performance,
                    amount=share.amount,
                    weight=share.weight,
                    capped=share.capped,
                )
                for share in outcome.allocation.shares
            ]
        )


def result_row(round_: Round, judged: JudgedObject) -> Result:
    """The result as it is stored, not yet saved."""
    graded = judged.graded
    return Result(
        round=round_,
        unit_id=judged.unit_id,
        instrument_id=judged.instrument_id,
        score=graded.score,
        rank=graded.rank,
        grade=graded.grade,
        grade_reason=graded.reason.as_dict(),
    )


def score_rows(result: Result, judged: JudgedObject) -> list[IndicatorScore]:
    """The points of every indicator as they are stored, not yet saved."""
    return [
        IndicatorScore(
            result=result,
            indicator=score.code,
            position=score.position,
            parent=score.parent,
            full=score.full,
            points=score.points,
            value=score.value,
            formula=score.formula,
            inputs=score.as_inputs(),
            missing=score.missing,
        )
        for score in judged.score.indicators
    ]


def drop_results(round_: Round) -> None:
    """Remove results, awards and orders of equals of a round that is not final; part of scoring and stepping back."""
    TieDecision.objects.filter(round=round_).delete()
    Award.objects.filter(round=round_).delete()
    Result.objects.filter(round=round_).delete()
