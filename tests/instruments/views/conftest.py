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
def typed(xrd):
    """A use of two hours on Sunday the first."""
    return {
        "instrument": xrd.code,
        "day": "2026-03-01",
        "start_time": "09:00",
        "end_time": "11:00",
        "startup_hours": "0.25",
        "measurement_hours": "1.50",
        "processing_hours": "",
        "user_kind": "external",
        "purpose": "research",
        "samples": "4",
        "income": "360.50",
        "user_name": "李四",
        "user_unit": "测试企业",
        "record_id": "",
    }


@pytest.fixture
def asked(monday, xrd, steward, member) -> Booking:
    """A request for Wednesday 14:00 to 16:30."""
    return request_booking(xrd, actor=member, start=at(2, 14), end=at(2, 16, 30), purpose="钙钛矿薄膜")


@pytest.fixture
def confirmed(asked, steward) -> Booking:
    """The same, approved."""
    return approve_booking(asked, actor=steward)
