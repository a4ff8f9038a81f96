"""Locks room: one snapshot; the round's lock comes first."""

from __future__ import annotations

from changes import Work
from evaluations.snapshots.models import MetricSnapshot


def lock_snapshot(work: Work, pk: int) -> MetricSnapshot:
    """Lock one snapshot; take the round's lock first."""
    return work.lock_one(MetricSnapshot.objects.all(), pk)
