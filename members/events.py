"""What happens to units, people and roles; the history keeps it, upper rooms listen."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from members.models import MemberUnit, NetworkRole, Organisation, Person, UnitRole


@dataclass(frozen=True, kw_only=True)
class UnitCreated(Recorded):
    """A unit joined the network."""

    verb: str = "members.unit.created"
    target: MemberUnit


@dataclass(frozen=True, kw_only=True)
class UnitChanged(Recorded):
    """Something about a unit is another now: name, region, kind, state, contact."""

    verb: str = "members.unit.changed"
    target: MemberUnit


@dataclass(frozen=True, kw_only=True)
class PersonCreated(Recorded):
    """A person got an account."""

    verb: str = "members.person.created"
    target: Person


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Recorded):
    """Something about a person or an account is another now."""

    verb: str = "members.person.changed"
    target: Person


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Recorded):
    """A person has a role from a day on."""

    verb: str = "members.role.given"
    target: UnitRole | NetworkRole


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Recorded):
    """A person has a role only until a day."""

    verb: str = "members.role.ended"
    target: UnitRole | NetworkRole


@dataclass(frozen=True, kw_only=True)
class OrganisationRegistered(Recorded):
    """An organisation outside the network is known to all units from now on."""

    verb: str = "members.organisation.registered"
    target: Organisation


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(Recorded):
    """Something about a registered organisation is another now."""

    verb: str = "members.organisation.changed"
    target: Organisation


@dataclass(frozen=True, kw_only=True)
class OrganisationMerged(Recorded):
    """An organisation counts as `into` from now on."""

    verb: str = "members.organisation.merged"
    target: Organisation
    into: Organisation


@dataclass(frozen=True, kw_only=True)
class OrganisationParted(Recorded):
    """An organisation that counted as another counts by itself again."""

    verb: str = "members.organisation.parted"
    target: Organisation
