"""The first steps of a round: open it for the units, step back before publicity."""

from __future__ import annotations

from django.db import transaction

from audit.chain import record
from evaluations.enums import RoundState
from evaluations.errors import WrongState
from evaluations.results.actions.scoring import drop_results
from evaluations.rounds.actions import REASON_LENGTH, save
from evaluations.rounds.blocking import OPEN, refuse_if_blocked
from evaluations.rounds.errors import ReasonMissing
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.schemes.actions import lock_for_round
from evaluations.steps.actions.messages import tell_managers
from members.models import Person
from members.permissions import require


def open_round(round_: Round, *, actor: Person) -> Round:
    """Open a draft: units report, experts score; the scheme is locked for good. Officers.

    Raises WrongState, Blocked.
    """
    require(actor, "manage_round", round_)
    return _open(round_.pk, actor)


@transaction.atomic
def _open(pk: int, actor: Person) -> Round:
    round_ = lock_round(pk)
    refuse_if_blocked(round_, OPEN, RoundState.DRAFT)
    lock_for_round(round_.scheme)
    round_.state = RoundState.COLLECTING
    save(round_)
    tell_managers(round_, "evaluation_opened", {"until": round_.collecting_until})
    record(
        actor=actor,
        verb="evaluations.round.opened",
        target=round_,
        before={"state": RoundState.DRAFT},
        after={"state": round_.state, "scheme": round_.scheme.code, "version": round_.scheme.version},
    )
    return round_


def reopen_round(round_: Round, *, actor: Person, reason: str) -> Round:
    """Step back from scored to collecting, before publicity; results and awards so far are dropped. Officers.

    The reason goes on record. Raises WrongState, ReasonMissing.
    """
    require(actor, "manage_round", round_)
    if not reason.strip():
        raise ReasonMissing
    return _reopen(round_.pk, actor, reason.strip()[:REASON_LENGTH])


@transaction.atomic
def _reopen(pk: int, actor: Person, reason: str) -> Round:
    round_ = lock_round(pk)
    if round_.state != RoundState.SCORED:
        raise WrongState(round_.state, RoundState.SCORED)
    drop_results(round_)
    round_.state, round_.scored_at = RoundState.COLLECTING, None
    save(round_)
    record(
        actor=actor,
        verb="evaluations.round.reopened",
        target=round_,
        before={"state": RoundState.SCORED},
        after={"state": round_.state, "reason": reason},
    )
    return round_
