"""Locks room: one round; every step and every value entered for it holds this."""

from __future__ import annotations

from changes import Work
from evaluations.rounds.models import Round


def lock_round(work: Work, pk: int) -> Round:
    """Lock one round; every step and every value entered for it holds this. Its scheme's lock comes first."""
    return work.lock_one(Round.objects.select_related("scheme"), pk)
