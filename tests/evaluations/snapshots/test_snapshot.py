"""Snapshots: every instrument once, the same rows at a second run, one at a time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from audit.models import Entry
from background import jobs
from changes import perform
from evaluations.errors import Blocked
from evaluations.results.queries.verification import verification
from evaluations.rounds.blocking import SCORE, SNAPSHOT
from evaluations.rounds.queries import last_done
from evaluations.snapshots import actions
from evaluations.snapshots.actions import abandon_snapshot, request_snapshot, resend_stale, take_snapshot
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from evaluations.steps.queries.blockers import blockers
from tests.evaluations.walking import snapshot_of
from tests.factories.evaluations import add_usage

pytestmark = pytest.mark.django_db


def test_snapshot_holds_every_registered_instrument(story, django_capture_on_commit_callbacks):
    """All five have a row; the one below 300,000 yuan is out of scope; hours are those of the usage."""
    snapshot = snapshot_of(story, django_capture_on_commit_callbacks)
    rows = {row.instrument_code: row for row in snapshot.rows.all()}
    assert (snapshot.state, snapshot.done, snapshot.total) == ("done", 5, 5)
    assert {code: row.in_scope for code, row in rows.items()} == {
        "AAA-1": True, "AAA-2": True, "BBB-1": True, "CCC-1": True, "AAA-CHEAP": False,
    }  # fmt: skip
    assert rows["AAA-1"].external_hours == Decimal("100.00")
    assert (rows["CCC-1"].effective_hours, rows["CCC-1"].external_hours) == (
        Decimal("70.00"),
        Decimal("0.00"),
    )
    assert story.round.snapshot == snapshot


def test_snapshot_run_twice_gives_the_same_rows(story):
    """A second delivery finds nothing to do; a stale one is taken over and finishes what is missing."""
    snapshot = perform(story.officer, request_snapshot, story.round)
    assert take_snapshot(snapshot.pk) is True
    rows = list(SnapshotRow.objects.order_by("pk").values())
    assert take_snapshot(snapshot.pk) is False
    assert list(SnapshotRow.objects.order_by("pk").values()) == rows
    assert Entry.objects.filter(verb="evaluations.round.snapshot_done").count() == 1


def test_a_worker_that_dies_is_followed_by_another_attempt_until_none_is_left(story):
    """A kill leaves the row running without a sign of life; the third silence is told, and nobody rings for ever."""
    with mock.patch("evaluations.snapshots.actions.send") as sent:
        snapshot = perform(story.officer, request_snapshot, story.round)
        now = timezone.now()
        for attempt in (1, 2, 3):
            assert jobs.claim(MetricSnapshot, snapshot.pk).attempts == attempt
            assert take_snapshot(snapshot.pk) is False  # somebody may still be at work
            assert resend_stale(now) == 0
            MetricSnapshot.objects.filter(pk=snapshot.pk).update(heartbeat_at=now - dt.timedelta(minutes=5))
            sent.reset_mock()
            rung = resend_stale(now)
            assert (rung, sent.call_count) == ((1, 1) if attempt < 3 else (0, 0))
        assert resend_stale(now + dt.timedelta(hours=1)) == 0
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.attempts) == ("failed", 3)
    assert snapshot.error
    (warned,) = [b for b in blockers(story.round, SNAPSHOT) if b.code == "snapshot_failed"]
    assert not warned.hard
    assert perform(story.officer, request_snapshot, story.round).number == 2


def test_an_attempt_taken_over_writes_nothing(story):
    """The first worker wakes up after the second has begun."""
    snapshot = perform(story.officer, request_snapshot, story.round)
    original = actions.cut_of

    def slow(*args):
        cut = original(*args)
        MetricSnapshot.objects.filter(pk=snapshot.pk).update(attempts=2)
        return cut

    with mock.patch.object(actions, "cut_of", slow):
        assert take_snapshot(snapshot.pk) is False
    assert not SnapshotRow.objects.exists()
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.attempts) == ("running", 2)


def test_a_fault_of_ours_fails_the_snapshot_at_once_with_a_reference(story, caplog):
    snapshot = perform(story.officer, request_snapshot, story.round)
    with mock.patch.object(actions, "cut_of", side_effect=RuntimeError("broken")):
        assert take_snapshot(snapshot.pk) is False
    snapshot.refresh_from_db()
    assert snapshot.state == "failed"
    reference = snapshot.error.rstrip("。.")[-8:]
    assert reference in caplog.text
    assert not SnapshotRow.objects.exists()
    assert last_done(story.round, "evaluations.round.snapshot_failed").facts == {
        "snapshot": 1,
        "error": snapshot.error,
    }
    again = perform(story.officer, request_snapshot, story.round)
    assert take_snapshot(again.pk) is True


def test_trouble_with_the_database_is_tried_three_times(story):
    snapshot = perform(story.officer, request_snapshot, story.round)
    with mock.patch.object(actions, "cut_of", side_effect=OperationalError("away")):
        states = []
        for _attempt in range(3):
            assert take_snapshot(snapshot.pk) is False
            snapshot.refresh_from_db()
            states.append(snapshot.state)
    assert states == ["queued", "queued", "failed"]


def test_what_was_recorded_before_the_cut_but_seen_after_it_has_the_cut_taken_anew(story):
    """A change that began before the cut may be committed after it: then the reading is not what it says."""
    snapshot = perform(story.officer, request_snapshot, story.round)
    original = actions.cut_of

    def before_a_late_commit(*args):
        cut = original(*args)
        add_usage(
            story.instruments["AAA-1"],
            Decimal(5),
            start=story.round.data_start,
            end=story.round.data_start + dt.timedelta(hours=5),
            recorded_at=snapshot.started_at,
        )
        return cut

    with mock.patch.object(actions, "cut_of", before_a_late_commit):
        assert take_snapshot(snapshot.pk) is False
    assert not SnapshotRow.objects.exists()
    assert take_snapshot(snapshot.pk) is True
    assert SnapshotRow.objects.get(instrument_code="AAA-1").effective_hours == Decimal("105.00")


def test_second_snapshot_is_refused_while_one_runs(story):
    """One at a time."""
    perform(story.officer, request_snapshot, story.round)
    assert [b.code for b in blockers(story.round, SNAPSHOT)] == ["snapshot_running"]
    with pytest.raises(Blocked):
        perform(story.officer, request_snapshot, story.round)
    assert [b.code for b in blockers(story.round, SCORE)] == ["snapshot_running"]


def test_a_snapshot_given_up_ends_quietly(story):
    """Given up while it is read: no row, no error."""
    snapshot = perform(story.officer, request_snapshot, story.round)
    original = actions.cut_of

    def given_up_meanwhile(*args):
        perform(story.officer, abandon_snapshot, snapshot)
        return original(*args)

    with mock.patch.object(actions, "cut_of", given_up_meanwhile):
        assert take_snapshot(snapshot.pk) is False
    assert take_snapshot(snapshot.pk) is False
    assert not SnapshotRow.objects.exists()
    snapshot.refresh_from_db()
    assert snapshot.state == "abandoned"


def test_before_scoring_there_is_the_snapshot_alone_to_verify(story, django_capture_on_commit_callbacks):
    """Nobody is told that scores agree while there are none."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    check = verification(story.round)
    assert (check.scored, check.passed) == (False, True)
    out = StringIO()
    call_command("verify_round", "2025", stdout=out)
    assert out.getvalue().startswith("2025 unit collecting: the snapshot is whole; nothing is scored yet.")
