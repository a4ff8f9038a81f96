"""Equals at the last place of a quota: nobody gets it by their code, the department decides and says why."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from evaluations.entries.actions import give_score, report_value
from evaluations.errors import Blocked, WrongRoundState
from evaluations.results.actions.scoring import score_round
from evaluations.results.actions.ties import decide_tie
from evaluations.results.errors import NotTied
from evaluations.results.models import Award, Result, TieDecision
from evaluations.results.queries.explanation import reason_of
from evaluations.results.queries.seal import round_seal
from evaluations.results.queries.ties import open_ties, ties_of
from evaluations.results.queries.verification import verification
from evaluations.rounds.blocking import PUBLICISE
from evaluations.rounds.errors import ReasonMissing
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.steps.actions.opening import reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from evaluations.steps.queries.blockers import blockers
from tests.evaluations.walking import AFTER_DEADLINE, BEFORE_PUBLICITY, DAY_AFTER, FRIDAY, MONDAY, snapshot_of
from tests.factories import evaluations as factories
from tests.factories.evaluations import add_usage, make_story

pytestmark = pytest.mark.django_db
WINDOW = {"first": MONDAY, "last": FRIDAY}


@pytest.fixture
def equals(monkeypatch, django_capture_on_commit_callbacks):
    """AAA 84.50; BBB and CCC 81.00, equal in every score; one place is excellent, one is good."""
    definition = deepcopy(factories.DEFINITION)
    definition["grade_rule"]["quotas"]["good"] = {"kind": "number", "value": "1"}
    monkeypatch.setattr(factories, "DEFINITION", definition)
    story = make_story(entered=False)
    start = dt.datetime(2025, 8, 4, 1, tzinfo=dt.UTC)
    add_usage(story.instruments["CCC-1"], Decimal(120), start=start, end=start + dt.timedelta(hours=120))
    for code, tasks, score in (("AAA", 4, "16.5"), ("BBB", 1, "16"), ("CCC", 1, "16")):
        perform(story.managers[code], report_value, story.round, story.units[code], "tasks", Decimal(tasks))
        perform(story.officer, give_score, story.round, story.units[code], "effect", Decimal(score), note="r")
    snapshot_of(story, django_capture_on_commit_callbacks)
    story.round = perform(story.officer, score_round, story.round, now=AFTER_DEADLINE)
    return story


def grades():
    """Who has which grade and award."""
    awards = dict(Award.objects.values_list("unit__code", "amount"))
    return {
        code: (grade, awards.get(code)) for code, grade in Result.objects.values_list("unit__code", "grade")
    }


def test_a_hidden_tie_stops_publicity_until_it_is_decided(equals):
    """Both reach the cut-off of excellent, whose place AAA has; the one place that is good was given by the code."""
    assert [grades()[code][0] for code in ("AAA", "BBB", "CCC")] == ["excellent", "good", "pass"]
    assert open_ties(equals.round) == [("BBB", "CCC")]
    found = blockers(equals.round, PUBLICISE, now=BEFORE_PUBLICITY, window=(MONDAY, FRIDAY))
    assert [(b.code, b.hard, b.values) for b in found] == [("tied_at_quota", True, {"codes": "BBB, CCC"})]
    with pytest.raises(Blocked):
        perform(equals.officer, publicise_round, equals.round, now=BEFORE_PUBLICITY, **WINDOW)
    before = grades()
    perform(equals.officer, decide_tie, equals.round, ["CCC", "BBB"], reason=" drawn by lot ")
    # The money goes with the place: CCC has what BBB had, and nobody else's changes.
    assert grades() == {"AAA": before["AAA"], "BBB": ("pass", None), "CCC": before["BBB"]}
    assert (open_ties(equals.round), ties_of(equals.round)) == ([], [("CCC", "BBB")])
    entry = Entry.objects.get(verb="evaluations.round.tie_decided")
    assert entry.after == {
        "order": ["CCC", "BBB"],
        "reason": "drawn by lot",
        "grades": {"excellent": 1, "good": 1, "pass": 1},
    }
    result = Result.objects.get(unit__code="BBB")
    with override("en"):
        words = reason_of(result, definition_of(equals.round.scheme), "en")
    assert words.endswith("by decision of the department got the last place of “Good”.")
    perform(equals.officer, publicise_round, equals.round, now=BEFORE_PUBLICITY, **WINDOW)
    sealed = perform(equals.officer, finalise_round, equals.round, now=DAY_AFTER)
    assert verification(sealed).passed


def test_the_decision_is_part_of_the_seal(equals):
    """Another reason is another digest, and the database keeps it after the end."""
    perform(equals.officer, decide_tie, equals.round, ["BBB", "CCC"], reason="drawn by lot")
    before = round_seal(equals.round)
    TieDecision.objects.update(reason="better known")
    assert round_seal(equals.round).results != before.results
    TieDecision.objects.update(reason="drawn by lot")
    perform(equals.officer, publicise_round, equals.round, now=BEFORE_PUBLICITY, **WINDOW)
    perform(equals.officer, finalise_round, equals.round, now=DAY_AFTER)
    for change in (
        lambda: TieDecision.objects.update(reason="x"),
        lambda: TieDecision.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="the round is final"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("order", "reason", "error"),
    [
        (["BBB"], "r", NotTied),
        (["BBB", "CCC", "AAA"], "r", NotTied),
        (["BBB", "BBB"], "r", NotTied),
        (["AAA", "BBB"], "r", NotTied),
        (["CCC", "BBB"], "  ", ReasonMissing),
    ],
)
def test_only_equals_are_put_in_order_and_with_a_reason(equals, order, reason, error):
    """Anything else changes nothing."""
    before = list(Result.objects.order_by("pk").values())
    with pytest.raises(error):
        perform(equals.officer, decide_tie, equals.round, order, reason=reason)
    assert list(Result.objects.order_by("pk").values()) == before
    assert not TieDecision.objects.exists()
    assert not Entry.objects.filter(verb="evaluations.round.tie_decided").exists()


def test_officers_decide_and_only_while_scored(equals):
    """Not an expert, and not once results are public."""
    with pytest.raises(NotAllowed):
        perform(equals.expert, decide_tie, equals.round, ["CCC", "BBB"], reason="r")
    perform(equals.officer, decide_tie, equals.round, ["BBB", "CCC"], reason="r")
    perform(equals.officer, publicise_round, equals.round, now=BEFORE_PUBLICITY, **WINDOW)
    with pytest.raises(WrongRoundState):
        perform(equals.officer, decide_tie, equals.round, ["CCC", "BBB"], reason="r")
    assert TieDecision.objects.get().order == ["BBB", "CCC"]


def test_a_decision_can_be_taken_anew_and_goes_with_the_results(equals):
    """One order for the same equals; a step back drops it, for the scores may change."""
    perform(equals.officer, decide_tie, equals.round, ["CCC", "BBB"], reason="first")
    perform(equals.officer, decide_tie, equals.round, ["BBB", "CCC"], reason="second")
    assert [(tie.order, tie.reason) for tie in TieDecision.objects.all()] == [(["BBB", "CCC"], "second")]
    newest = Entry.objects.filter(verb="evaluations.round.tie_decided").first()
    assert newest.before == {"order": ["CCC", "BBB"], "reason": "first"}
    perform(equals.officer, reopen_round, equals.round, reason="again")
    assert not TieDecision.objects.exists()


def test_the_officer_decides_on_the_page_of_the_round(equals, client):
    """Each place is chosen; the form proposes the order that holds for the time being."""
    client.force_login(equals.officer)
    act = reverse("admin:evaluations_round_act", args=[equals.round.pk, "decide"])
    page = client.get(reverse("admin:evaluations_round_change", args=[equals.round.pk]))
    assert act in page.text
    form = client.get(act).context["form"]
    assert [(name, form[name].initial) for name in form.places] == [("place_1", "BBB"), ("place_2", "CCC")]
    assert [code for code, _name in form.fields["place_1"].choices] == ["BBB", "CCC"]
    for twice_or_foreign in ("BBB", "AAA"):
        wrong = client.post(act, {"place_1": "BBB", "place_2": twice_or_foreign, "reason": "r"})
        assert wrong.status_code == 422
    assert client.post(act, {"place_1": "CCC", "place_2": "BBB", "reason": "抽签"}).status_code == 302
    assert TieDecision.objects.get().order == ["CCC", "BBB"]
    assert Round.objects.get().state == "scored"
