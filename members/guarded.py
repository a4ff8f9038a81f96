"""Guarded room: objects for a person; missing and forbidden give the same 404."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import Http404

from changes import record_refusal
from members.enums import UnitState
from members.models import MemberUnit, Person
from members.permissions import Actor, can
from members.queries.units import unit_by_code


def unit_for(person: Actor, code: str) -> MemberUnit:
    """Return a unit of the directory; everybody may see those. Raises Http404."""
    return _unit(code)


def managed_unit_for(person: Actor, code: str, verb: str = "manage_unit") -> MemberUnit:
    """Return a unit the person may `verb`. Raises Http404 for a missing one and a forbidden one alike."""
    unit = _unit(code)
    if not can(person, verb, unit):
        refuse_as_missing(person, verb, unit, app="members")
    return unit


def refuse_as_missing(person: Actor, verb: str, obj: Any, *, app: str) -> NoReturn:
    """Answer as if the object were missing, and put the refusal on record where it is known who asked.

    Raises Http404.
    """
    if isinstance(person, Person):
        record_refusal(person, verb, obj, app=app, reason="hidden")
    raise Http404


def _unit(code: str) -> MemberUnit:
    unit = unit_by_code(code)
    if unit is None or unit.state == UnitState.LEFT:
        raise Http404
    return unit
