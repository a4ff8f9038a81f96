"""Locks room: the only place of this app that locks rows."""

from __future__ import annotations

from members.models import MemberUnit, NetworkRole, Person, UnitRole


def lock_unit(pk: int) -> MemberUnit:
    """Lock one unit; who changes its roles holds this, so that two can never end the last two managers."""
    return MemberUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_person(pk: int) -> Person:
    """Lock one person."""
    return Person.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_unit_role(pk: int) -> UnitRole:
    """Lock one role in a unit; take the unit's lock first."""
    return UnitRole.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_network_role(pk: int) -> NetworkRole:
    """Lock one network-wide role."""
    return NetworkRole.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
