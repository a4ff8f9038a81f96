"""Locks room: what this app locks; units come before people, roles after both."""

from __future__ import annotations

from collections.abc import Iterable

from changes import Work
from changes.locking import Lockable
from members.models import MemberUnit, NetworkRole, Organisation, Person, UnitRole

PEOPLE = Lockable(Person.objects.select_related("home_unit"))


def lock_unit(work: Work, pk: int) -> MemberUnit:
    """Lock one unit; who changes its roles holds this, so that two can never end the last two managers."""
    return work.lock_one(MemberUnit.objects.all(), pk)


def lock_person(work: Work, pk: int) -> Person:
    """Lock one person, with the unit the account is in."""
    return work.lock_one(PEOPLE, pk)


def lock_unit_role(work: Work, pk: int) -> UnitRole:
    """Lock one role in a unit, with its unit and person; take the unit's lock first."""
    return work.lock_one(UnitRole.objects.select_related("unit", "person"), pk)


def lock_network_role(work: Work, pk: int) -> NetworkRole:
    """Lock one network-wide role, with its person."""
    return work.lock_one(NetworkRole.objects.select_related("person"), pk)


def lock_organisations(work: Work, pks: Iterable[int]) -> dict[int, Organisation]:
    """Lock organisations, with the unit that each is or belongs to; those that exist, by key."""
    return work.lock(Organisation.objects.select_related("unit", "private_to"), pks)
