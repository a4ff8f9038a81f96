"""Which stewardships end with what they rest on, and which instruments nobody keeps then."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.inventory.queries.stewards import ending_with, left_unkept
from members.bases import Membership, OpenAccount
from members.enums import UnitRoleKind
from tests.factories.instruments import StewardshipFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitRoleFactory

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 4)


@pytest.fixture
def kept():
    """One person keeps an instrument in each of two units, and kept another one until that day."""
    person = PersonFactory()
    rows = [StewardshipFactory(instrument=make_instrument(), person=person) for _time in range(2)]
    StewardshipFactory(instrument=make_instrument(unit=rows[0].instrument.unit), person=person, valid_to=DAY)
    return rows


def test_with_an_account_all_end_and_with_a_unit_those_there(kept):
    """Whether the person moves or the role in the unit ends; only a steward's role is needed to keep."""
    here, there = kept
    person, unit = here.person, here.instrument.unit
    assert set(ending_with(OpenAccount(person), DAY)) == {here, there}
    assert list(ending_with(Membership(person, unit), DAY)) == [here]
    steward = UnitRoleFactory(person=person, unit=unit, kind=UnitRoleKind.STEWARD)
    assert list(ending_with(steward, DAY)) == [here]
    viewer = UnitRoleFactory(person=person, unit=unit, kind=UnitRoleKind.VIEWER)
    assert list(ending_with(viewer, DAY)) == []


def test_an_instrument_is_unkept_where_nobody_else_keeps_that_very_one(kept):
    """A steward with an open account on that day; one of another instrument does not help."""
    shared, alone = kept
    make_steward(shared.instrument)
    make_steward(make_instrument(unit=alone.instrument.unit))
    make_steward(alone.instrument, is_active=False)
    StewardshipFactory(instrument=alone.instrument, valid_to=DAY)
    assert left_unkept([shared, alone], DAY) == {alone.instrument_id}
    assert left_unkept([], DAY) == set()
