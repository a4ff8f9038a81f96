"""The first steps of a round: open it for the units, step back before publicity."""

from __future__ import annotations

from changes import Work
from evaluations.enums import RoundState
from evaluations.errors import WrongState
from evaluations.results.actions.scoring import drop_results
from evaluations.rounds.actions import REASON_LENGTH, manage_round, save
from evaluations.rounds.blocking import OPEN, refuse_if_blocked
from evaluations.rounds.errors import ReasonMissing
from evaluations.rounds.events import note
from evaluations.rounds.models import Round
from evaluations.schemes.actions import lock_for_round
from evaluations.schemes.locks import lock_scheme
from evaluations.steps.actions.messages import tell_managers
from evaluations.steps.events import RoundOpened, RoundReopened


def open_round(work: Work, round_: Round, *, seen: int | None = None) -> Round:
    """Open a draft: units report, experts score; the scheme is locked for good. Officers.

    Raises WrongState, Blocked, RoundMoved.
    """
    lock_scheme(work, round_.scheme_id)
    held = manage_round(work, round_.pk, seen)
    refuse_if_blocked(held, OPEN, RoundState.DRAFT)
    lock_for_round(work, held.scheme_id)
    held.state = RoundState.COLLECTING
    save(held)
    tell_managers(work, held, "evaluation_opened", {"until": held.collecting_until})
    note(
        work,
        RoundOpened(
            target=held,
            before={"state": RoundState.DRAFT},
            after={"state": held.state, "scheme": held.scheme.code, "version": held.scheme.version},
        ),
    )
    return held


def reopen_round(work: Work, round_: Round, *, reason: str, seen: int | None = None) -> Round:
    """Step back from scored to collecting, before publicity; results and awards so far are dropped. Officers.

    The reason goes on record. Raises WrongState, ReasonMissing, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    if not reason.strip():
        raise ReasonMissing
    if held.state != RoundState.SCORED:
        raise WrongState(held.state, RoundState.SCORED)
    drop_results(held)
    held.state, held.scored_at = RoundState.COLLECTING, None
    save(held)
    after = {"state": held.state, "reason": reason.strip()[:REASON_LENGTH]}
    note(work, RoundReopened(target=held, before={"state": RoundState.SCORED}, after=after))
    return held
