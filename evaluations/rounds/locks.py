"""Locks room: one round; every step and every value entered for it holds this."""

from __future__ import annotations

from evaluations.rounds.models import Round


def lock_round(pk: int) -> Round:
    """Lock one round; every step and every value entered for it holds this."""
    return Round.objects.select_for_update(of=("self",), no_key=True).select_related("scheme").get(pk=pk)
