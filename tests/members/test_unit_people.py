"""The people of a unit: lists and figures know the roles in that unit alone, whatever the same people are elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest

from members.enums import UnitRoleKind
from members.queries.unit_people import PeopleTotals, former_roles, people_totals, unit_people, unit_role
from tests.factories.members import UnitFactory, UnitRoleFactory

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 4)


@pytest.fixture
def houses():
    """Two units, each with a manager, a steward, a viewer and one whose role is over; the first steward is in both."""
    made = []
    for code in ("ONE", "TWO"):
        unit = UnitFactory(code=code)
        roles = {
            "manager": UnitRoleFactory(unit=unit),
            "steward": UnitRoleFactory(unit=unit, kind=UnitRoleKind.STEWARD),
            "viewer": UnitRoleFactory(unit=unit, kind=UnitRoleKind.VIEWER),
            "former": UnitRoleFactory(unit=unit, kind=UnitRoleKind.VIEWER, valid_to=DAY),
        }
        made.append((unit, roles))
    (_one, mine), (two, theirs) = made
    theirs["guest"] = UnitRoleFactory(unit=two, person=mine["steward"].person, kind=UnitRoleKind.VIEWER)
    return made


def test_the_list_has_the_people_of_the_unit_with_their_roles_there(houses):
    """Who is of the house or holds a role in it; a role in another unit stands in that one's list."""
    (one, mine), (two, theirs) = houses
    found = {unit: {line.person: line.roles for line in unit_people(unit, DAY)[1]} for unit in (one, two)}
    held = ("manager", "steward", "viewer")
    assert found[one] == {mine[kind].person: [mine[kind]] for kind in held} | {mine["former"].person: []}
    assert found[two] == {theirs[kind].person: [theirs[kind]] for kind in held} | {
        theirs["former"].person: [],
        mine["steward"].person: [theirs["guest"]],
    }
    stewards = [line.person for line in unit_people(one, DAY, kind=UnitRoleKind.STEWARD)[1]]
    assert stewards == [mine["steward"].person]


def test_the_figures_count_the_roles_of_the_unit(houses):
    (one, _mine), (two, _theirs) = houses
    assert people_totals(one, DAY) == PeopleTotals(people=4, managers=1, stewards=1, viewers=1)
    assert people_totals(two, DAY) == PeopleTotals(people=5, managers=1, stewards=1, viewers=2)


def test_roles_that_are_over_are_those_of_the_unit(houses):
    for unit, roles in houses:
        assert list(former_roles(unit, DAY)) == [roles["former"]]


def test_a_role_is_found_in_its_unit_alone(houses):
    """So that nobody ends a role of another house by its number in the address of the own one."""
    (one, mine), (two, theirs) = houses
    assert unit_role(one, mine["steward"].pk) == mine["steward"]
    assert unit_role(one, theirs["steward"].pk) is None
    assert unit_role(two, mine["steward"].pk) is None
