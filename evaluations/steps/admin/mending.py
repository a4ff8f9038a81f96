"""Where what is in the way of a step can be mended, and where a step is worked on."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from evaluations.enums import ObjectKind, RoundState
from evaluations.errors import Blocker
from evaluations.rounds.blocking import SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.steps.admin.acts import DECIDE, REOPEN, TERMS
from evaluations.steps.queries.progress import Ahead, Progress
from evaluations.steps.wording.bar import JUDGING, REPORTING, ProgressStep

IN_THE_TERMS = frozenset({"no_budget", "no_deadline", "scheme_invalid"})


def mending(round_: Round, blocker: Blocker) -> tuple[str, Sentence]:
    """The address that mends the blocker and the words of its link; two empty ones where only time helps."""
    if blocker.code in IN_THE_TERMS:
        return _terms(round_), _("Change the terms")
    if blocker.code == "score_missing":
        return _give(round_), _("Give scores")
    if blocker.code == "unreported":
        return "#late", _("See who")
    if blocker.code == "no_snapshot":
        return reverse("admin:evaluations_round_act", args=[round_.pk, SNAPSHOT]), _("Take the snapshot")
    if blocker.code == "tied_at_quota":
        return _act(round_, DECIDE), _("Decide the order of equals")
    if blocker.code == "snapshot_too_early":
        scored = round_.state == RoundState.SCORED
        words = _("Step back to collecting") if scored else _("Take another snapshot")
        return _act(round_, REOPEN if scored else SNAPSHOT), words
    if blocker.code == "no_instruments":
        return reverse("instruments:catalogue"), _("Open the catalogue")
    return "", ""


def mending_place(round_: Round, ahead: Ahead) -> str:
    """The page on which a value that scoring will wait for is entered, or the list of those who lack it."""
    return f"{_give(round_)}?indicator={ahead.gap.indicator.code}" if ahead.by_hand else "#late"


def step_places(round_: Round, progress: Progress) -> list[tuple[ProgressStep, str]]:
    """Each step of the bar with the place where it is worked on while the round collects, "" for the others."""
    places = {}
    if round_.state == RoundState.COLLECTING:
        places = {JUDGING: _give(round_)} | ({REPORTING: "#late"} if progress.late else {})
    return [(step, places.get(at, "")) for at, step in enumerate(progress.steps)]


def _act(round_: Round, verb: str) -> str:
    return reverse("admin:evaluations_round_act", args=[round_.pk, verb])


def _give(round_: Round) -> str:
    name = "give" if round_.kind == ObjectKind.UNIT else "give_instruments"
    return reverse(f"evaluations:{name}", args=[round_.year])


def _terms(round_: Round) -> str:
    if round_.state == RoundState.DRAFT:
        return reverse("admin:evaluations_round_terms", args=[round_.pk])
    return reverse("admin:evaluations_round_act", args=[round_.pk, TERMS])
