"""Permissions room: who reports values and gives scores."""

from __future__ import annotations

from typing import Any

from evaluations.rounds.permissions import UnitInRound
from members.models import MemberUnit, Person
from members.permissions import Actor, Roles, by_roles, declare, roles_of


def _report_value(roles: Roles, _person: Actor, obj: Any) -> bool:
    return isinstance(obj, UnitInRound) and (roles.is_officer or obj.unit.pk in roles.manager_of)


def _give_score(roles: Roles, _person: Actor, _obj: Any) -> bool:
    return roles.is_officer or roles.is_expert


declare("evaluations", by_roles({"report_value": _report_value, "give_score": _give_score}))


def belongs_to(person: Person, unit: MemberUnit) -> bool:
    """Whether the person works for the unit, and so must not score it."""
    return person.home_unit_id == unit.pk or unit.pk in roles_of(person).units
