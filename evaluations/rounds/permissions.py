"""Permissions room: who walks a round, who reads it, and what a unit sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from evaluations.enums import RoundState
from evaluations.rounds.models import Round
from members.models import MemberUnit
from members.permissions import Actor, Roles, by_roles, declare, only_officers

PUBLIC_STATES = frozenset({RoundState.PUBLICISED, RoundState.FINAL})
"""The states in which results are public: final ones at once, proposed ones from the first day of publicity on."""


@dataclass(frozen=True)
class UnitInRound:
    """One unit's place in one round: what is filled in, scored and explained."""

    round: Round
    unit: MemberUnit

    @property
    def on_record(self) -> Round:
        """What the history names when a right is refused."""
        return self.round


def is_public(round_: Round) -> bool:
    """Whether everybody may read the results today."""
    if round_.state != RoundState.PUBLICISED:
        return round_.state in PUBLIC_STATES
    return round_.publicity_start is not None and round_.publicity_start <= timezone.localdate()


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


declare(
    "evaluations",
    by_roles(
        {
            "manage_round": only_officers,
            "view_evaluations": only_officers,
            "view_round": _view_round,
            "view_unit_page": _view_unit_page,
            "view_unit_result": _view_unit_result,
        }
    ),
)
