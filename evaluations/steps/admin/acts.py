"""The acts of the round page: what each asks, which action it calls, what it says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.enums import RoundState
from evaluations.errors import WrongState
from evaluations.results.actions.scoring import score_round
from evaluations.results.actions.ties import decide_tie
from evaluations.results.queries.ties import open_ties, ties_of
from evaluations.rounds.blocking import FINALISE, OPEN, PUBLICISE, SCORE, SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.snapshots.actions import abandon_snapshot, request_snapshot
from evaluations.snapshots.enums import SnapshotState
from evaluations.steps.actions.correction import NewTerms, change_terms, remind_late, withdraw_publicity
from evaluations.steps.actions.opening import open_round, reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from evaluations.steps.forms.rounds import ReasonForm, TermsForm, TieForm, WindowForm, WithdrawalForm
from evaluations.steps.queries.walk import ACT_LABELS
from members.models import Person

Sentence = str | Promise
REOPEN = "reopen"
WITHDRAW = "withdraw"
TERMS = "terms"
REMIND = "remind"
ABANDON = "abandon"
DECIDE = "decide"


@dataclass(frozen=True)
class Act:
    """One button: its words, the form it may ask for, and the one action behind it."""

    label: Sentence
    question: Sentence
    consequences: tuple[Sentence, ...]
    done: Sentence
    do: Callable[[Round, Person, dict[str, Any]], object]
    state: RoundState
    form: Callable[[Any, Round], forms.Form] | None = None
    careful: bool = False


def _abandon(round_: Round, actor: Person, _values: dict[str, Any]) -> object:
    running = round_.snapshots.filter(state=SnapshotState.RUNNING).first()
    if running is None:
        raise WrongState(round_.state, SnapshotState.RUNNING)
    return abandon_snapshot(running, actor=actor)


ACTS: dict[str, Act] = {
    OPEN: Act(
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
        lambda round_, actor, _values: open_round(round_, actor=actor),
        RoundState.DRAFT,
    ),
    SNAPSHOT: Act(
        ACT_LABELS[SNAPSHOT],
        _("Take a snapshot of the usage data?"),
        (
            _("The figures of every registered instrument are frozen; scores rest on them alone."),
            _("It is made in the background; you can leave the page."),
            _("An earlier snapshot stays on record, but no longer counts."),
        ),
        _("The snapshot is being taken."),
        lambda round_, actor, _values: request_snapshot(round_, actor=actor),
        RoundState.COLLECTING,
    ),
    SCORE: Act(
        ACT_LABELS[SCORE],
        _("Score the round?"),
        (
            _("Reporting and scoring by hand are closed."),
            _("Scores, ranks, grades and subsidies are worked out; only the department sees them."),
            _("Until publicity you can step back, with a reason on record."),
        ),
        _("The round is scored."),
        lambda round_, actor, _values: score_round(round_, actor=actor),
        RoundState.COLLECTING,
    ),
    PUBLICISE: Act(
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
        lambda round_, actor, values: publicise_round(
            round_, actor=actor, first=values["first"], last=values["last"]
        ),
        RoundState.SCORED,
        lambda data, _round: WindowForm(data),
        careful=True,
    ),
    FINALISE: Act(
        ACT_LABELS[FINALISE],
        _("Make the results final?"),
        (
            _("All scores are worked out once more and must agree."),
            _("A digest over scheme, snapshot, results and subsidies is stored."),
            _("Afterwards nobody can change anything about the round, neither here nor in the database."),
        ),
        _("The round is final and sealed."),
        lambda round_, actor, _values: finalise_round(round_, actor=actor),
        RoundState.PUBLICISED,
        careful=True,
    ),
    REOPEN: Act(
        _("Step back to collecting"),
        _("Step back to collecting?"),
        (
            _("Results and subsidies so far are dropped and must be worked out anew."),
            _("Units can report again, experts can change their scores."),
            _("The reason goes on record."),
        ),
        _("The round collects again."),
        lambda round_, actor, values: reopen_round(round_, actor=actor, reason=values["reason"]),
        RoundState.SCORED,
        lambda data, _round: ReasonForm(data),
        careful=True,
    ),
    DECIDE: Act(
        _("Decide the order of equals"),
        _("Who is served first among equals?"),
        (
            _("They are equal in every score, and a quota has no room for all of them."),
            _("Grades and subsidies are worked out anew in the order you give."),
            _("Order and reason go on record and into the seal of the round."),
        ),
        _("The order is decided."),
        lambda round_, actor, values: decide_tie(
            round_, values["order"], actor=actor, reason=values["reason"]
        ),
        RoundState.SCORED,
        lambda data, round_: TieForm(data, ties=open_ties(round_) or ties_of(round_)),
        careful=True,
    ),
    WITHDRAW: Act(
        _("Withdraw the publicity"),
        _("Withdraw the publicity of the results?"),
        (
            _("Everybody but the department loses sight of the results, the units too."),
            _("Managers of the units judged are told with your reason, and an announcement is made."),
            _("To publicise again a new window of at least five working days is needed."),
        ),
        _("The publicity is withdrawn."),
        lambda round_, actor, values: withdraw_publicity(
            round_,
            actor=actor,
            reason=values["reason"],
            to_collecting=values["back_to"] == RoundState.COLLECTING,
        ),
        RoundState.PUBLICISED,
        lambda data, _round: WithdrawalForm(data),
        careful=True,
    ),
    TERMS: Act(
        _("Change version, budget or last day"),
        _("Change the terms while the round collects?"),
        (
            _("All managers of active units are told with your reason."),
            _("Values and scores entered so far stay; a version that refuses one of them is not taken."),
            _("With another version the snapshot so far no longer counts."),
        ),
        _("The terms are changed."),
        lambda round_, actor, values: change_terms(
            round_,
            NewTerms(values["scheme"], values["budget"], values["collecting_until"]),
            actor=actor,
            reason=values["reason"],
        ),
        RoundState.COLLECTING,
        lambda data, round_: TermsForm(data, round_=round_),
    ),
    REMIND: Act(
        _("Remind the late units"),
        _("Remind the units with values open?"),
        (
            _("The managers of every such unit get a notice that says how many values are missing."),
            _("This is possible once a day and goes on record."),
        ),
        _("The late units are reminded."),
        lambda round_, actor, _values: remind_late(round_, actor=actor),
        RoundState.COLLECTING,
    ),
    ABANDON: Act(
        _("Give up this snapshot"),
        _("Give up the snapshot that is being taken?"),
        (_("What it has so far stays on record, but does not count. You can take another one."),),
        _("The snapshot is given up."),
        _abandon,
        RoundState.COLLECTING,
        careful=True,
    ),
}

RECORDED: dict[str, Sentence] = {
    "evaluations.round.opened": _("Opened for reporting"),
    "evaluations.round.created": _("Round created"),
    "evaluations.round.changed": _("Terms changed"),
    "evaluations.round.snapshot_requested": _("Snapshot asked for"),
    "evaluations.round.snapshot_done": _("Snapshot done"),
    "evaluations.round.snapshot_abandoned": _("Snapshot given up"),
    "evaluations.round.scored": _("Results worked out"),
    "evaluations.round.reopened": _("Stepped back to collecting"),
    "evaluations.round.tie_decided": _("Order of equals decided"),
    "evaluations.round.publicised": _("Results publicised"),
    "evaluations.round.finalised": _("Made final and sealed"),
    "evaluations.round.publicity_withdrawn": _("Publicity withdrawn"),
    "evaluations.round.reminded": _("Late units reminded"),
    "evaluations.value.withdrawn": _("Value withdrawn"),
    "evaluations.score.withdrawn": _("Score withdrawn"),
    "evaluations.value.reported": _("Value reported"),
    "evaluations.score.given": _("Score given"),
    "evaluations.refused": _("Refused: no right"),
}
"""What the history's verbs say on the round page."""
