"""The department's first page: this year's rounds, the next step of each and what is in its way."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from evaluations.enums import RoundState
from evaluations.rounds.models import Round
from evaluations.steps.queries.progress import progress_of
from members.permissions import can

MOST_SHOWN = 4


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the open rounds with their stand, and the newest final one, for those who walk them."""
    if not can(request.user, "manage_round"):
        return context
    rounds = Round.objects.select_related("scheme", "snapshot")
    running = list(rounds.exclude(state=RoundState.FINAL)[:MOST_SHOWN])
    return context | {
        "running": [(round_, progress_of(round_)) for round_ in running],
        "newest_final": rounds.filter(state=RoundState.FINAL).first(),
        "may_walk": True,
    }
