"""Rows of the members app."""

from members.models.organisation import Organisation
from members.models.person import Person
from members.models.region import Region
from members.models.role import NetworkRole, UnitRole
from members.models.unit import MemberUnit
from members.models.unit_facts import UnitFacts

__all__ = ["MemberUnit", "NetworkRole", "Organisation", "Person", "Region", "UnitFacts", "UnitRole"]
