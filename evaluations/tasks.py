"""Background work of evaluations."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from evaluations.snapshots import actions as snapshot


@shared_task(name="evaluations.take_snapshot")
def take_snapshot(snapshot_pk: int) -> bool:
    """Take one snapshot; safe to run twice."""
    return snapshot.take_snapshot(snapshot_pk)


@shared_task(name="evaluations.resend_stale_snapshots")
def resend_stale_snapshots() -> int:
    """Send the snapshots again that nobody works on; return how many."""
    stale = snapshot.stale_snapshots(timezone.now())
    for pk in stale:
        snapshot.send(pk)
    return len(stale)
