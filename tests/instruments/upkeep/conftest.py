"""People and a machine for the stories of break-downs."""

from __future__ import annotations

import pytest
from django.utils import timezone

from instruments.availability.queries.keeping import verified
from instruments.tasks import keep_availability_now
from tests.factories.instruments import make_instrument, make_steward
from tests.instruments.upkeep.breakdowns import FLAT


@pytest.fixture
def machine(db):
    """Open around the clock, confirmed at once, two stations."""
    return make_instrument(station_count=2, policy=FLAT)


@pytest.fixture
def keeper(machine):
    """Keeps it."""
    return make_steward(machine, language="en")


@pytest.fixture
def free_time_known(monday, machine, kept_index, settings, tmp_path):
    """After each test the index of free time, kept up by its rows alone, knows what the database holds."""
    settings.VAR = tmp_path
    keep_availability_now()
    yield
    assert verified(timezone.now()) == 0
