"""Guarded room: a result for a person; missing and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from evaluations.enums import ObjectKind
from evaluations.results.models import Result
from evaluations.results.queries.results import as_then
from evaluations.rounds.permissions import UnitInRound
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def result_for(person: Actor, place: UnitInRound, instrument_code: str = "") -> Result:
    """The result of the unit, or of one instrument of it, with both as they were then. Raises Http404."""
    if not can(person, "view_unit_result", place):
        refuse_as_missing(person, "view_unit_result", place.round, app="evaluations")
    results = Result.objects.select_related("round", "round__scheme", "unit", "instrument").filter(
        round=place.round, unit=place.unit
    )
    if place.round.kind == ObjectKind.UNIT:
        result = results.filter(instrument=None).first()
    else:
        result = results.filter(instrument__code=instrument_code).first()
    if result is None:
        raise Http404
    (then,) = as_then(place.round, [result])
    return then
