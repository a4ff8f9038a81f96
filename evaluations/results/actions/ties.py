"""Ties at the last place of a quota: the department decides who is served first, and says why."""

from __future__ import annotations

from collections.abc import Sequence

from changes import Work
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.results.actions.scoring import grade_counts, write_outcome
from evaluations.results.errors import NotTied
from evaluations.results.events import TieDecided
from evaluations.results.models import Award, Result, TieDecision
from evaluations.results.queries.outcome import outcome_of
from evaluations.results.queries.ties import ties_of
from evaluations.rounds.actions import REASON_LENGTH, manage_round, save
from evaluations.rounds.errors import ReasonMissing
from evaluations.rounds.events import note
from evaluations.rounds.models import Round


def decide_tie(
    work: Work, round_: Round, order: Sequence[str], *, reason: str, seen: int | None = None
) -> TieDecision:
    """Decide in which order equals (codes, best first) are served; grades and awards are worked out anew. Officers.

    While the round is scored; a later order for the same replaces an earlier one. Order and reason go on record and
    into the seal. Raises WrongRoundState, ReasonMissing, NotTied, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    reason, order = reason.strip()[:REASON_LENGTH], tuple(order)
    if not reason:
        raise ReasonMissing
    if held.state != RoundState.SCORED:
        raise WrongRoundState(held.state, RoundState.SCORED)
    if sorted(order) not in [sorted(tie) for tie in ties_of(held)]:
        raise NotTied
    earlier = [tie for tie in held.tie_decisions.all() if set(tie.order) & set(order)]
    before = {"order": earlier[0].order, "reason": earlier[0].reason} if earlier else None
    TieDecision.objects.filter(pk__in=[tie.pk for tie in earlier]).delete()
    decision = TieDecision.objects.create(
        round=held, order=list(order), reason=reason, decided_by=work.actor, decided_at=work.now
    )
    outcome = outcome_of(held)
    Award.objects.filter(round=held).delete()
    Result.objects.filter(round=held).delete()
    write_outcome(held, outcome)
    save(held)
    after = {"order": list(order), "reason": reason, "grades": grade_counts(outcome)}
    note(work, TieDecided(target=held, before=before, after=after))
    return decision
