"""Snapshots: every instrument once, the same rows at a second run, one at a time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from audit.models import Entry
from changes import perform
from evaluations.errors import Blocked
from evaluations.results.queries.verification import verification
from evaluations.rounds.blocking import SCORE, SNAPSHOT
from evaluations.snapshots.actions import abandon_snapshot, request_snapshot, stale_snapshots, take_snapshot
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from evaluations.steps.queries.blockers import blockers
from tests.evaluations.walking import snapshot_of

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


def test_snapshot_left_half_done_is_finished(story, monkeypatch):
    """A worker dies after its first chunk; the sweeper's second run completes without a double row."""
    monkeypatch.setattr("evaluations.snapshots.actions.CHUNK", 2)
    snapshot = perform(story.officer, request_snapshot, story.round)
    calls = {"n": 0}

    def dies(*args):
        calls["n"] += 1
        if calls["n"] == 2:
            raise RuntimeError("killed")
        return original(*args)

    from evaluations.snapshots import actions as module

    original = module.fresh_rows
    monkeypatch.setattr(module, "fresh_rows", dies)
    with pytest.raises(RuntimeError):
        take_snapshot(snapshot.pk)
    monkeypatch.setattr(module, "fresh_rows", original)
    assert SnapshotRow.objects.count() == 2
    assert take_snapshot(snapshot.pk) is False  # the claim is fresh: somebody may still be at work
    now = dt.datetime.now(dt.UTC)
    assert stale_snapshots(now) == []
    MetricSnapshot.objects.filter(pk=snapshot.pk).update(heartbeat_at=now - dt.timedelta(minutes=5))
    assert stale_snapshots(now) == [snapshot.pk]
    assert take_snapshot(snapshot.pk) is True
    snapshot.refresh_from_db()
    assert (snapshot.done, SnapshotRow.objects.count(), snapshot.state) == (5, 5, "done")


def test_second_snapshot_is_refused_while_one_runs(story):
    """One at a time."""
    perform(story.officer, request_snapshot, story.round)
    assert [b.code for b in blockers(story.round, SNAPSHOT)] == ["snapshot_running"]
    with pytest.raises(Blocked):
        perform(story.officer, request_snapshot, story.round)
    assert [b.code for b in blockers(story.round, SCORE)] == ["snapshot_running"]


def test_a_snapshot_given_up_ends_quietly(story, monkeypatch):
    """The worker finds it given up between two chunks and stops: no row more, no error."""
    from evaluations.snapshots import actions as module

    monkeypatch.setattr(module, "CHUNK", 2)
    snapshot = perform(story.officer, request_snapshot, story.round)
    original = module.fresh_rows

    def given_up_after(*args):
        rows = original(*args)
        SnapshotRow.objects.bulk_create(rows)
        perform(story.officer, abandon_snapshot, snapshot)
        return []

    monkeypatch.setattr(module, "fresh_rows", given_up_after)
    assert take_snapshot(snapshot.pk) is False
    monkeypatch.setattr(module, "fresh_rows", original)
    assert take_snapshot(snapshot.pk) is False
    assert SnapshotRow.objects.count() == 2


def test_a_worker_that_is_late_writes_nothing_into_a_snapshot_given_up(story, monkeypatch):
    """Given up after the claim and before the first chunk."""
    from evaluations.snapshots import actions as module

    snapshot = perform(story.officer, request_snapshot, story.round)
    original = module.population

    def given_up_meanwhile(*args):
        perform(story.officer, abandon_snapshot, snapshot)
        return original(*args)

    monkeypatch.setattr(module, "population", given_up_meanwhile)
    assert take_snapshot(snapshot.pk) is False
    assert not SnapshotRow.objects.exists()


def test_before_scoring_there_is_the_snapshot_alone_to_verify(story, django_capture_on_commit_callbacks):
    """Nobody is told that scores agree while there are none."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    check = verification(story.round)
    assert (check.scored, check.passed) == (False, True)
    out = StringIO()
    call_command("verify_round", "2025", stdout=out)
    assert out.getvalue().startswith("2025 unit collecting: the snapshot is whole; nothing is scored yet.")
