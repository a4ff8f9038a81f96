"""Guarded room: a round for a person; missing and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from evaluations.enums import ObjectKind
from evaluations.rounds.models import Round
from evaluations.rounds.permissions import UnitInRound
from evaluations.rounds.queries import rounds_visible_to
from members.guarded import refuse_as_missing
from members.models import MemberUnit
from members.permissions import Actor, can


def round_for(person: Actor, year: int, kind: str = ObjectKind.UNIT) -> Round:
    """A round whose results the person may read. Raises Http404."""
    round_ = (
        rounds_visible_to(person).select_related("scheme", "snapshot").filter(year=year, kind=kind).first()
    )
    if round_ is None:
        raise Http404
    return round_


def unit_in_round_for(person: Actor, year: int, unit_code: str, kind: str = ObjectKind.UNIT) -> UnitInRound:
    """A unit's own place in a round, for its people and the department. Raises Http404."""
    round_ = Round.objects.select_related("scheme", "snapshot").filter(year=year, kind=kind).first()
    unit = MemberUnit.objects.select_related("region").filter(code=unit_code).first()
    if round_ is None or unit is None:
        raise Http404
    place = UnitInRound(round_, unit)
    if not can(person, "view_unit_page", place):
        refuse_as_missing(person, "view_unit_page", round_, app="evaluations")
    return place


def scored_round_for(person: Actor, year: int, kind: str = ObjectKind.UNIT) -> Round:
    """A round open for scores, for the department and its experts. Raises Http404."""
    round_ = Round.objects.select_related("scheme", "snapshot").filter(year=year, kind=kind).first()
    if round_ is None:
        raise Http404
    if not can(person, "give_score", round_):
        refuse_as_missing(person, "give_score", round_, app="evaluations")
    return round_


def managed_round_for(person: Actor, pk: int) -> Round:
    """A round for the one who walks it. Raises Http404."""
    round_ = Round.objects.select_related("scheme", "snapshot").filter(pk=pk).first()
    if round_ is None:
        raise Http404
    if not can(person, "manage_round", round_):
        refuse_as_missing(person, "manage_round", round_, app="evaluations")
    return round_
