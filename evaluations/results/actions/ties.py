"""Ties at the last place of a quota: the department decides who is served first, and says why."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audit.chain import record
from evaluations.enums import RoundState
from evaluations.errors import WrongState
from evaluations.results.actions.scoring import grade_counts, write_outcome
from evaluations.results.errors import NotTied
from evaluations.results.models import Award, Result, TieDecision
from evaluations.results.queries.outcome import outcome_of
from evaluations.results.queries.ties import ties_of
from evaluations.rounds.actions import REASON_LENGTH, save
from evaluations.rounds.errors import ReasonMissing
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from members.models import Person
from members.permissions import require


def decide_tie(round_: Round, order: Sequence[str], *, actor: Person, reason: str) -> TieDecision:
    """Decide in which order equals (codes, best first) are served; grades and awards are worked out anew. Officers.

    While the round is scored; a later order for the same replaces an earlier one. Order and reason go on record and
    into the seal. Raises WrongState, ReasonMissing, NotTied.
    """
    require(actor, "manage_round", round_)
    if not reason.strip():
        raise ReasonMissing
    return _decide(round_.pk, tuple(order), actor, reason.strip()[:REASON_LENGTH])


@transaction.atomic
def _decide(pk: int, order: tuple[str, ...], actor: Person, reason: str) -> TieDecision:
    round_ = lock_round(pk)
    if round_.state != RoundState.SCORED:
        raise WrongState(round_.state, RoundState.SCORED)
    if sorted(order) not in [sorted(tie) for tie in ties_of(round_)]:
        raise NotTied
    earlier = [tie for tie in round_.tie_decisions.all() if set(tie.order) & set(order)]
    before = {"order": earlier[0].order, "reason": earlier[0].reason} if earlier else None
    TieDecision.objects.filter(pk__in=[tie.pk for tie in earlier]).delete()
    decision = TieDecision.objects.create(
        round=round_, order=list(order), reason=reason, decided_by=actor, decided_at=timezone.now()
    )
    outcome = outcome_of(round_)
    Award.objects.filter(round=round_).delete()
    Result.objects.filter(round=round_).delete()
    write_outcome(round_, outcome)
    save(round_)
    record(
        actor=actor,
        verb="evaluations.round.tie_decided",
        target=round_,
        before=before,
        after={"order": list(order), "reason": reason, "grades": grade_counts(outcome)},
    )
    return decision
