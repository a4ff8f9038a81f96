"""Whether a report still tells the results as they are: it notes when they were scored."""

from __future__ import annotations

from evaluations.enums import ObjectKind
from evaluations.rounds.models import Round
from members.permissions import Actor
from reporting.registry import Parameters

SCORED_AT = "scored_at"


def noted(_person: Actor, parameters: Parameters) -> Parameters:
    """When the results were scored that the report will tell; "" before they are."""
    return {SCORED_AT: _scored_at(parameters)}


def is_current(parameters: Parameters) -> bool:
    """Whether the round has been neither stepped back nor scored anew since; older runs noted nothing and pass."""
    return SCORED_AT not in parameters or parameters[SCORED_AT] == _scored_at(parameters)


def _scored_at(parameters: Parameters) -> str:
    rounds = Round.objects.filter(year=int(parameters["year"]), kind=ObjectKind.UNIT)
    moment = rounds.values_list("scored_at", flat=True).first()
    return "" if moment is None else moment.isoformat()
