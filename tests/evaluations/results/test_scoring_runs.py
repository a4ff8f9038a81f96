"""Scoring in the background: the page says how far it is, other steps wait, a fault shows, and it is asked again."""

from __future__ import annotations

from decimal import Decimal
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from background import jobs
from changes import perform, runner
from evaluations.entries.actions import report_value
from evaluations.errors import Blocked
from evaluations.results.actions import scoring_runs
from evaluations.results.actions.scoring_runs import request_scoring, resend_stale, work_out
from evaluations.results.models import Result, ScoringRun
from evaluations.rounds.blocking import SCORE, SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.snapshots.actions import request_snapshot
from evaluations.steps.actions.correction import NewTerms, change_terms
from evaluations.steps.queries.blockers import blockers
from tests.evaluations.walking import AFTER_DEADLINE, snapshot_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(story, django_capture_on_commit_callbacks):
    """A round with its snapshot whose scoring waits for a worker."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    with mock.patch.object(scoring_runs, "send") as sent:
        run = perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
        yield story, run
        assert sent.call_count in {0, 1, 2, 3}


def test_a_press_of_the_button_scores_nothing_inside_the_request(asked):
    """The row waits; everything else of the round waits for it, and the page says so."""
    story, run = asked
    assert (run.state, Result.objects.count()) == ("queued", 0)
    for step in (SNAPSHOT, SCORE):
        assert "scoring_running" in [
            b.code for b in blockers(story.round, step, now=AFTER_DEADLINE) if b.hard
        ]
    terms = NewTerms(story.round.scheme, Decimal(1), None)
    for action, more in ((request_scoring, {}), (request_snapshot, {})):
        with pytest.raises(Blocked):
            perform(story.officer, action, story.round, **more)
    with pytest.raises(Blocked):
        perform(story.officer, change_terms, story.round, terms, reason="r")
    client = Client(headers={"accept-language": "en"})
    client.force_login(story.officer)
    ScoringRun.objects.update(state="running", done=1, total=3)
    body = client.get(reverse("admin:evaluations_round_progress", args=[story.round.pk])).text
    assert "Scoring" in body
    assert "every 2s" in body


def test_the_worker_stands_in_the_line_of_the_round_before_it_compares_and_writes(asked, monkeypatch):
    """Else a value entered between the comparison and the scores would be lost without a word."""
    story, run = asked
    lines = []
    (history,) = runner._history

    def write(entries, change):
        lines.append([(label, pk) for _rank, label, pk in change.held][:2])
        return history(entries, change)

    monkeypatch.setattr(runner, "_history", [write])
    assert work_out(run.pk) is True
    assert lines == [[("evaluations.round", story.round.pk), ("evaluations.scoringrun", run.pk)]]


def test_the_worker_scores_as_the_officer_who_asked(asked):
    story, run = asked
    assert work_out(run.pk) is True
    story.round.refresh_from_db()
    assert story.round.state == "scored"
    assert story.round.scored_at == AFTER_DEADLINE
    assert dict(Result.objects.values_list("unit__code", "score")) == {
        "AAA": Decimal("84.50"),
        "BBB": Decimal("81.00"),
        "CCC": Decimal("10.00"),
    }
    entry = Entry.objects.get(verb="evaluations.round.scored")
    assert entry.actor_id == story.officer.pk
    assert work_out(run.pk) is False


def test_a_value_entered_meanwhile_has_the_scores_worked_out_anew(asked):
    story, run = asked
    original = scoring_runs.outcome_of

    def slow(round_, show):
        outcome = original(round_, show)
        perform(story.managers["CCC"], report_value, story.round, story.units["CCC"], "tasks", Decimal(4))
        return outcome

    # The mark is read before the outcome here, as if the value had come between reading and writing.
    with (
        mock.patch.object(scoring_runs, "outcome_of", slow),
        mock.patch.object(scoring_runs, "entries_mark", side_effect=["before", "after"]),
    ):
        assert work_out(run.pk) is False
    run.refresh_from_db()
    assert (run.state, Result.objects.count()) == ("queued", 0)
    assert work_out(run.pk) is True
    assert Result.objects.get(unit__code="CCC").score == Decimal("30.00")


def test_who_lost_the_right_meanwhile_scores_nothing(asked):
    story, run = asked
    story.officer.is_active = False
    story.officer.save()
    assert work_out(run.pk) is False
    run.refresh_from_db()
    assert (run.state, Result.objects.count()) == ("failed", 0)
    assert Round.objects.get(pk=story.round.pk).state == "collecting"


def test_a_fault_shows_and_the_step_can_be_taken_again(asked):
    story, run = asked
    with mock.patch.object(scoring_runs, "outcome_of", side_effect=RuntimeError):
        assert work_out(run.pk) is False
    run.refresh_from_db()
    assert run.state == "failed"
    (warned,) = [b for b in blockers(story.round, SCORE, now=AFTER_DEADLINE) if b.code == "scoring_failed"]
    assert not warned.hard
    again = perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
    assert work_out(again.pk) is True


def test_silence_is_followed_up_three_times_and_then_told(asked):
    _story, run = asked
    with mock.patch.object(scoring_runs, "outcome_of", side_effect=OperationalError("away")):
        states = []
        for _attempt in range(3):
            assert work_out(run.pk) is False
            run.refresh_from_db()
            states.append(run.state)
    assert states == ["queued", "queued", "failed"]
    assert resend_stale(AFTER_DEADLINE) == 0
    assert jobs.claim(ScoringRun, run.pk) is None
