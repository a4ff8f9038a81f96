"""Beside what is in the way of a step stands where it is mended."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils import translation

from evaluations.errors import Blocker
from evaluations.rounds.models import Round
from evaluations.steps.admin.mending import mending, mending_place, step_places
from evaluations.steps.wording.bar import JUDGING, REPORTING

ADMIN = "/admin/evaluations/round/7"


def round_of(state="collecting", kind="unit"):
    """Round number 7, of 2025; nothing is stored."""
    return Round(pk=7, year=2025, kind=kind, state=state)


@pytest.mark.parametrize(
    ("code", "state", "kind", "place", "words"),
    [
        ("no_budget", "draft", "unit", f"{ADMIN}/terms/", "Change the terms"),
        ("no_deadline", "draft", "unit", f"{ADMIN}/terms/", "Change the terms"),
        ("scheme_invalid", "collecting", "unit", f"{ADMIN}/act/terms/", "Change the terms"),
        ("score_missing", "collecting", "unit", "/evaluations/2025/give/", "Give scores"),
        (
            "score_missing",
            "collecting",
            "instrument",
            "/evaluations/2025/instruments/give/",
            "Give scores",
        ),
        ("unreported", "collecting", "unit", "#late", "See who"),
        ("no_snapshot", "collecting", "unit", f"{ADMIN}/act/snapshot/", "Take the snapshot"),
        ("tied_at_quota", "scored", "unit", f"{ADMIN}/act/decide/", "Decide the order of equals"),
        ("snapshot_too_early", "collecting", "unit", f"{ADMIN}/act/snapshot/", "Take another snapshot"),
        ("snapshot_too_early", "scored", "unit", f"{ADMIN}/act/reopen/", "Step back to collecting"),
        ("no_instruments", "draft", "unit", "/instruments/", "Open the catalogue"),
        ("publicity_runs", "publicised", "unit", "", ""),
    ],
)
def test_where_each_is_mended(code, state, kind, place, words):
    """By an address and the words of its link; where only time helps there is none."""
    with translation.override("en"):
        found, said = mending(round_of(state, kind), Blocker(code, "", {}))
        assert (found, str(said)) == (place, words)


def test_a_value_scoring_will_wait_for_is_entered_by_whoever_enters_it():
    """A score is given on its page; of reports there is a list of those who lack them."""
    gap = SimpleNamespace(indicator=SimpleNamespace(code="effect"))
    by_hand, reported = SimpleNamespace(by_hand=True, gap=gap), SimpleNamespace(by_hand=False, gap=gap)
    assert mending_place(round_of(), by_hand) == "/evaluations/2025/give/?indicator=effect"
    assert mending_place(round_of(), reported) == "#late"


@pytest.mark.parametrize(
    ("state", "late", "wanted"),
    [
        ("collecting", True, {JUDGING: "/evaluations/2025/give/", REPORTING: "#late"}),
        ("collecting", False, {JUDGING: "/evaluations/2025/give/"}),
        ("scored", True, {}),
    ],
)
def test_steps_are_worked_on_while_the_round_collects(state, late, wanted):
    """The list of those who are late only where somebody is."""
    progress = SimpleNamespace(steps=["step"] * 6, late=late)
    places = step_places(round_of(state), progress)
    assert {at: place for at, (_step, place) in enumerate(places) if place} == wanted
