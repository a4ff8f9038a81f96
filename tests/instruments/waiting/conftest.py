"""People who wait for a slot that somebody has."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.waiting.actions.wishes import Wanted, wait_for_time
from instruments.waiting.models import WaitEntry
from tests.factories.members import PersonFactory
from tests.instruments.moments import at


def said(purpose: str) -> dict[str, str]:
    """What the form of a booking asks beside the time."""
    return {"purpose_kind": "research", "purpose": purpose, "companion": ""}


SLOT = Wanted(start=at(3, 9), end=at(3, 11), minutes=120, said=said("钙钛矿"))
"""Thursday 09:00 to 11:00."""
DAYTIME = Wanted(start=at(2, 0), end=at(5, 0), minutes=120, said=said("钙钛矿"))
"""Two hours from Wednesday to Friday, in office hours."""


@pytest.fixture
def holder(monday, instrument, member) -> Booking:
    """Who has the slot on Thursday 09:00 to 11:00."""
    return perform(member, request_booking, instrument, start=at(3, 9), end=at(3, 11), purpose="先到")


@pytest.fixture
def first(holder, instrument) -> WaitEntry:
    """The first in line for that slot, of another unit."""
    return perform(PersonFactory(), wait_for_time, instrument, SLOT)


@pytest.fixture
def second(first, instrument, engineer, monday) -> WaitEntry:
    """The second, a minute later, from an enterprise."""
    monday.shift(dt.timedelta(minutes=1))
    return perform(engineer, wait_for_time, instrument, replace(SLOT, said=said("合金")))
