"""What others rely on in people and units beside roles; upper rooms say what rests on each."""

from __future__ import annotations

from dataclasses import dataclass

from members.models import MemberUnit, Person


@dataclass(frozen=True)
class OpenAccount:
    """A person can act at all."""

    person: Person


@dataclass(frozen=True)
class Membership:
    """A person belongs to a unit; ask when the person is of another one, or of none, already."""

    person: Person
    unit: MemberUnit


@dataclass(frozen=True)
class TakingPart:
    """A unit takes part: its instruments can be used, its people use those of others."""

    unit: MemberUnit


@dataclass(frozen=True)
class BeingMember:
    """A unit is in the network, taking part or suspended."""

    unit: MemberUnit
