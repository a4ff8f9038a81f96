"""Background work of evaluations."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from background.giving_back import gives_back
from evaluations.results.actions import scoring_runs as scoring
from evaluations.snapshots import actions as snapshot


@shared_task(name="evaluations.take_snapshot")
def take_snapshot(snapshot_pk: int) -> bool:
    """Take one snapshot; safe to run twice."""
    return snapshot.take_snapshot(snapshot_pk)


@shared_task(name="evaluations.score_round")
def score_round(run_pk: int) -> bool:
    """Work one scoring out; safe to run twice."""
    return scoring.work_out(run_pk)


@shared_task(name="evaluations.resend_stale_jobs")
def resend_stale_jobs() -> int:
    """Send snapshots and scorings again that nobody works on; return how many."""
    now = timezone.now()
    return snapshot.resend_stale(now) + scoring.resend_stale(now)


gives_back(take_snapshot.name, snapshot.give_back)
gives_back(score_round.name, scoring.give_back)
