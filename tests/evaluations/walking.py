"""Steps of the small round that many tests begin with: its days, and the walk up to a state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from changes import perform
from evaluations.results.actions.scoring import score_round
from evaluations.rounds.models import Round
from evaluations.snapshots.actions import request_snapshot
from evaluations.snapshots.models import MetricSnapshot
from evaluations.steps.actions.publication import finalise_round, publicise_round
from tests.factories.evaluations import Story

AFTER_DEADLINE = dt.datetime(2026, 4, 1, 2, tzinfo=dt.UTC)


MONDAY = dt.date(2026, 5, 11)  # Monday


FRIDAY = dt.date(2026, 5, 15)  # Friday of the same week: five working days


BEFORE_PUBLICITY = dt.datetime(2026, 5, 10, 2, tzinfo=dt.UTC)


LAST_DAY = dt.datetime(2026, 5, 15, 15, 59, tzinfo=dt.UTC)  # 23:59 in Shanghai


DAY_AFTER = dt.datetime(2026, 5, 15, 16, 0, tzinfo=dt.UTC)  # midnight in Shanghai


def snapshot_of(story: Story, capture) -> MetricSnapshot:
    """Ask for a snapshot and let the background take it at once."""
    with capture(execute=True):
        snapshot = perform(story.officer, request_snapshot, story.round)
    story.round.refresh_from_db()
    return MetricSnapshot.objects.get(pk=snapshot.pk)


def scored(story: Story, capture) -> Round:
    """Take the snapshot and score."""
    snapshot_of(story, capture)
    story.round = perform(story.officer, score_round, story.round, now=AFTER_DEADLINE)
    return story.round


def final(story: Story, capture) -> Round:
    """Walk to the end."""
    scored(story, capture)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    story.round = perform(story.officer, finalise_round, story.round, now=DAY_AFTER)
    return story.round


@contextmanager
def past_the_guards(round_: Round) -> Iterator[None]:
    """Write as an intruder with the keys of the database would: the round is scored while they do."""
    rounds = Round.objects.filter(pk=round_.pk)
    rounds.update(state="scored")
    yield
    rounds.update(state="publicised")
