"""Locks room: one snapshot; the round's lock comes first."""

from __future__ import annotations

from evaluations.snapshots.models import MetricSnapshot


def lock_snapshot(pk: int) -> MetricSnapshot:
    """Lock one snapshot; take the round's lock first."""
    return MetricSnapshot.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
