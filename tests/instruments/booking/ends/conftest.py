"""A Monday, the department, and a unit with an instrument of its own."""

from __future__ import annotations

import pytest
import time_machine

from members.models import Person
from tests.factories.instruments import make_instrument
from tests.factories.members import UnitFactory, make_manager, make_officer
from tests.instruments.booking.ends.ending import NOW


@pytest.fixture(autouse=True)
def monday():
    """Time stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer():
    """Of the department."""
    return make_officer(is_staff=True)


@pytest.fixture
def unit():
    """A unit with a manager who reads English."""
    made = UnitFactory(code="IMU", name_zh="内蒙古大学", name_en="Example University")
    make_manager(made, language="en", email="manager@test.example")
    return made


@pytest.fixture
def manager(unit):
    """Of the unit."""
    return Person.objects.get(email="manager@test.example")


@pytest.fixture
def instrument(unit):
    """Of the unit, open on workdays."""
    return make_instrument(unit=unit, code="IMU-0001", workdays=(8, 20), name_en="Microscope")
