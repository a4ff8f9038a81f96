"""Rows that several tests of the pages need."""

from __future__ import annotations

import pytest

from instruments.actions.booking import approve_booking, request_booking
from instruments.models import Booking
from tests.factories.instruments import make_instrument
from tests.instruments.moments import at


@pytest.fixture
def other(xrd):
    """Another instrument of the same unit, with two stations."""
    return make_instrument(unit=xrd.unit, station_count=2)


@pytest.fixture
def asked(monday, xrd, steward, member) -> Booking:
    """A request for Wednesday 14:00 to 16:30."""
    return request_booking(xrd, actor=member, start=at(2, 14), end=at(2, 16, 30), purpose="钙钛矿薄膜")


@pytest.fixture
def confirmed(asked, steward) -> Booking:
    """The same, approved."""
    return approve_booking(asked, actor=steward)
