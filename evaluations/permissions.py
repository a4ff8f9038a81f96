"""Permissions room: who may set up, walk, fill in, score and read an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from evaluations.enums import RoundState
from evaluations.models import Round
from members.models import MemberUnit, Person
from members.permissions import Actor, Roles, refuse, roles_of

PUBLIC_STATES = frozenset({RoundState.PUBLICISED, RoundState.FINAL})
"""The states in which results are public: final ones at once, proposed ones from the first day of publicity on."""


@dataclass(frozen=True)
class UnitInRound:
    """One unit's place in one round: what is filled in, scored and explained."""

    round: Round
    unit: MemberUnit


def is_public(round_: Round) -> bool:
    """Whether everybody may read the results today."""
    if round_.state != RoundState.PUBLICISED:
        return round_.state in PUBLIC_STATES
    return round_.publicity_start is not None and round_.publicity_start <= timezone.localdate()


def _officer(roles: Roles, _person: Actor, _obj: Any) -> bool:
    return roles.is_officer


def _view_round(roles: Roles, _person: Actor, obj: Any) -> bool:
    return isinstance(obj, Round) and (is_public(obj) or roles.is_officer)


def _view_unit_page(roles: Roles, _person: Actor, obj: Any) -> bool:
    # Units follow their round from the day it opens; a draft is the department's own.
    return isinstance(obj, UnitInRound) and (
        roles.is_officer or (obj.unit.pk in roles.units and obj.round.state != RoundState.DRAFT)
    )


def _view_unit_result(roles: Roles, _person: Actor, obj: Any) -> bool:
    # Not before everybody else: nobody has more time to object than the others.
    return isinstance(obj, UnitInRound) and (
        roles.is_officer or (obj.unit.pk in roles.units and is_public(obj.round))
    )


def _report_value(roles: Roles, _person: Actor, obj: Any) -> bool:
    return isinstance(obj, UnitInRound) and (roles.is_officer or obj.unit.pk in roles.manager_of)


def _give_score(roles: Roles, _person: Actor, _obj: Any) -> bool:
    return roles.is_officer or roles.is_expert


RULES: dict[str, Callable[[Roles, Actor, Any], bool]] = {
    "manage_schemes": _officer,
    "manage_round": _officer,
    "view_evaluations": _officer,
    "view_round": _view_round,
    "view_unit_page": _view_unit_page,
    "view_unit_result": _view_unit_result,
    "report_value": _report_value,
    "give_score": _give_score,
}


def can(person: Actor, verb: str, obj: Any = None) -> bool:
    """Say whether a person may do `verb` to `obj`. Raises ValueError for a verb nobody declared."""
    try:
        rule = RULES[verb]
    except KeyError as error:
        raise ValueError(f"No rule for the verb {verb!r}.") from error
    return rule(roles_of(person), person, obj)


def require(actor: Actor, verb: str, obj: Any = None) -> None:
    """Raise NotAllowed, and put the refusal on record, unless `can` says yes. Call it before the transaction."""
    if not can(actor, verb, obj):
        refuse(actor, verb, obj.round if isinstance(obj, UnitInRound) else obj, app="evaluations")


def belongs_to(person: Person, unit: MemberUnit) -> bool:
    """Whether the person works for the unit, and so must not score it."""
    return person.home_unit_id == unit.pk or unit.pk in roles_of(person).units
