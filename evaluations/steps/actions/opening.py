"""The first steps of a round: open it for the units, step back before publicity."""

from __future__ import annotations

from collections.abc import Collection

from changes import Work
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.results.actions.scoring import drop_results
from evaluations.rounds.actions import REASON_LENGTH, manage_round, save
from evaluations.rounds.blocking import OPEN, refuse_if_blocked
from evaluations.rounds.errors import ReasonMissing, UnknownUnit
from evaluations.rounds.events import note
from evaluations.rounds.models import Round
from evaluations.schemes.actions import lock_for_round
from evaluations.schemes.locks import lock_scheme
from evaluations.steps.actions.messages import judged_units, tell_managers
from evaluations.steps.events import RoundOpened, RoundReopened
from members.models import MemberUnit


def open_round(work: Work, round_: Round, *, seen: int | None = None) -> Round:
    """Open a draft: units report, experts score; the scheme is locked for good. Officers.

    Raises WrongRoundState, Blocked, RoundMoved.
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


def reopen_round(
    work: Work, round_: Round, *, reason: str, units: Collection[MemberUnit] = (), seen: int | None = None
) -> Round:
    """Step back from scored to collecting, before publicity; results and awards so far are dropped. Officers.

    With `units` (judged in the round) values and scores of these alone can be entered again. Their managers are told;
    the reason goes on record. Raises WrongRoundState, ReasonMissing, UnknownUnit, RoundMoved.
    """
    held = manage_round(work, round_.pk, seen)
    if not reason.strip():
        raise ReasonMissing
    if held.state != RoundState.SCORED:
        raise WrongRoundState(held.state, RoundState.SCORED)
    reason = reason.strip()[:REASON_LENGTH]
    back_to_collecting(held, units)
    save(held)
    told = {unit.pk for unit in units}
    if told:
        tell_managers(work, held, "evaluation_reopened_for", {"reason": reason}, units=told)
    after = {"state": held.state, "reason": reason, "units": sorted(unit.code for unit in units)}
    note(work, RoundReopened(target=held, before={"state": RoundState.SCORED}, after=after))
    return held


def back_to_collecting(round_: Round, units: Collection[MemberUnit]) -> None:
    """Drop the results of a locked round and let it collect, for these units alone if any are named.

    Raises UnknownUnit.
    """
    if not {unit.pk for unit in units} <= judged_units(round_):
        raise UnknownUnit
    drop_results(round_)
    round_.state, round_.scored_at = RoundState.COLLECTING, None
    round_.open_units = sorted(unit.pk for unit in units)
