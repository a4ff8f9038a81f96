"""The acts of the round page: what each asks, which action it calls, what it says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from changes import Work
from changes.errors import Sentence
from evaluations.enums import RoundState
from evaluations.errors import WrongRoundState
from evaluations.results.actions.scoring_runs import abandon_scoring, request_scoring
from evaluations.results.actions.ties import decide_tie
from evaluations.results.enums import OPEN as OPEN_SCORINGS
from evaluations.results.queries.ties import names_of, open_ties, ties_of
from evaluations.rounds.blocking import FINALISE, OPEN, PUBLICISE, SCORE, SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.snapshots.actions import abandon_snapshot, request_snapshot
from evaluations.snapshots.enums import OPEN as OPEN_SNAPSHOTS
from evaluations.snapshots.enums import SnapshotState
from evaluations.steps.actions.correction import NewTerms, change_terms, remind_late, withdraw_publicity
from evaluations.steps.actions.opening import open_round, reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from evaluations.steps.forms.rounds import ReopeningForm, TermsForm, TieForm, WindowForm, WithdrawalForm
from evaluations.steps.wording.bar import ACT_LABELS

REOPEN = "reopen"
WITHDRAW = "withdraw"
TERMS = "terms"
REMIND = "remind"
ABANDON = "abandon"
DECIDE = "decide"


@dataclass(frozen=True)
class RoundAct:
    """One button: its words, the form it may ask for, and the one action behind it."""

    label: Sentence
    question: Sentence
    consequences: tuple[Sentence, ...]
    done: Sentence
    do: Callable[[Work, Round, int | None, dict[str, Any]], object]
    state: RoundState
    form: Callable[[Any, Round], forms.Form] | None = None
    careful: bool = False


def _abandon(work: Work, round_: Round, seen: int | None, _values: dict[str, Any]) -> object:
    running = round_.snapshots.filter(state__in=OPEN_SNAPSHOTS).first()
    scoring = round_.scorings.filter(state__in=OPEN_SCORINGS).first()
    if scoring is not None:
        return abandon_scoring(work, scoring, seen=seen)
    if running is None:
        raise WrongRoundState(round_.state, SnapshotState.RUNNING)
    return abandon_snapshot(work, running, seen=seen)


ACTS: dict[str, RoundAct] = {
    OPEN: RoundAct(
        ACT_LABELS[OPEN],
        _("Open the round for reporting?"),
        (
            _("All managers of active units are told and can report values."),
            _("The scheme is locked for good; a later change is a new version."),
            _(
                "Year and period no longer change; version and budget do so only with a reason, and units are told."
            ),
        ),
        _("The round is open: units can report."),
        lambda work, round_, seen, _values: open_round(work, round_, seen=seen),
        RoundState.DRAFT,
    ),
    SNAPSHOT: RoundAct(
        ACT_LABELS[SNAPSHOT],
        _("Take a snapshot of the usage data?"),
        (
            _("The figures of every registered instrument are frozen; scores rest on them alone."),
            _("It is made in the background; you can leave the page."),
            _("An earlier snapshot stays on record, but no longer counts."),
        ),
        _("The snapshot is being taken."),
        lambda work, round_, seen, _values: request_snapshot(work, round_, seen=seen),
        RoundState.COLLECTING,
    ),
    SCORE: RoundAct(
        ACT_LABELS[SCORE],
        _("Score the round?"),
        (
            _("Reporting and scoring by hand are closed."),
            _(
                "Scores, ranks, grades and subsidies are worked out in the background; only the department sees them."
            ),
            _("Until publicity you can step back, with a reason on record."),
        ),
        _("The round is being scored; the page says how far it is."),
        lambda work, round_, seen, _values: request_scoring(work, round_, seen=seen),
        RoundState.COLLECTING,
    ),
    PUBLICISE: RoundAct(
        ACT_LABELS[PUBLICISE],
        _("Publicise the proposed results?"),
        (
            _(
                "From the first day of publicity on everybody can read grades, scores and subsidies; "
                "units see their whole calculation."
            ),
            _("The announcement appears on that day; the managers of the units judged get a notice now."),
            _(
                "A mistake can still be corrected: publicity can be withdrawn, with a reason, and begins anew."
            ),
        ),
        _("The proposed results are public."),
        lambda work, round_, seen, values: publicise_round(
            work, round_, seen=seen, first=values["first"], last=values["last"]
        ),
        RoundState.SCORED,
        lambda data, _round: WindowForm(data),
    ),
    FINALISE: RoundAct(
        ACT_LABELS[FINALISE],
        _("Make the results final?"),
        (
            _("All scores are worked out once more and must agree."),
            _("A digest over scheme, snapshot, results and subsidies is stored."),
            _("Afterwards nobody can change anything about the round, neither here nor in the database."),
        ),
        _("The round is final and sealed."),
        lambda work, round_, seen, _values: finalise_round(work, round_, seen=seen),
        RoundState.PUBLICISED,
        careful=True,
    ),
    REOPEN: RoundAct(
        _("Step back to collecting"),
        _("Step back to collecting?"),
        (
            _("Results and subsidies so far are dropped and must be worked out anew."),
            _(
                "Units can report again, experts can change their scores: all of them, or only for the units you name."
            ),
            _("The reason goes on record."),
        ),
        _("The round collects again."),
        lambda work, round_, seen, values: reopen_round(
            work, round_, seen=seen, reason=values["reason"], units=values["units"]
        ),
        RoundState.SCORED,
        lambda data, round_: ReopeningForm(data, round_=round_),
        careful=True,
    ),
    DECIDE: RoundAct(
        _("Decide the order of equals"),
        _("Who is served first among equals?"),
        (
            _("They are equal in every score, and a quota has no room for all of them."),
            _("Grades and subsidies are worked out anew in the order you give."),
            _("Order and reason go on record and into the seal of the round."),
        ),
        _("The order is decided."),
        lambda work, round_, seen, values: decide_tie(
            work, round_, values["order"], seen=seen, reason=values["reason"]
        ),
        RoundState.SCORED,
        lambda data, round_: TieForm(
            data, tie=next(iter(open_ties(round_) or ties_of(round_)), ()), names=names_of(round_)
        ),
        careful=True,
    ),
    WITHDRAW: RoundAct(
        _("Withdraw the publicity"),
        _("Withdraw the publicity of the results?"),
        (
            _("Everybody but the department loses sight of the results, the units too."),
            _("Managers of the units judged are told with your reason, and an announcement is made."),
            _("To publicise again a new window of at least five working days is needed."),
        ),
        _("The publicity is withdrawn."),
        lambda work, round_, seen, values: withdraw_publicity(
            work,
            round_,
            seen=seen,
            reason=values["reason"],
            units=values["units"],
            to_collecting=values["back_to"] == RoundState.COLLECTING,
        ),
        RoundState.PUBLICISED,
        lambda data, round_: WithdrawalForm(data, round_=round_),
        careful=True,
    ),
    TERMS: RoundAct(
        _("Change version, budget or last day"),
        _("Change the terms while the round collects?"),
        (
            _("All managers of active units are told with your reason."),
            _("Values and scores entered so far stay; a version that refuses one of them is not taken."),
            _("With another version the snapshot so far no longer counts."),
        ),
        _("The terms are changed."),
        lambda work, round_, seen, values: change_terms(
            work,
            round_,
            NewTerms(values["scheme"], values["budget"], values["collecting_until"]),
            seen=seen,
            reason=values["reason"],
        ),
        RoundState.COLLECTING,
        lambda data, round_: TermsForm(data, round_=round_),
    ),
    REMIND: RoundAct(
        _("Remind the late units"),
        _("Remind the units with values open?"),
        (
            _("The managers of every such unit get a notice that says how many values are missing."),
            _("This is possible once a day and goes on record."),
        ),
        _("The late units are reminded."),
        lambda work, round_, seen, _values: remind_late(work, round_, seen=seen),
        RoundState.COLLECTING,
    ),
    ABANDON: RoundAct(
        _("Give up what is being worked out"),
        _("Give up the snapshot or scoring that is being worked out?"),
        (_("It does not count and stays on record as given up. You can ask for it again."),),
        _("It is given up."),
        _abandon,
        RoundState.COLLECTING,
        careful=True,
    ),
}
