"""What the tests of break-downs share: a machine, its users, and how it is stopped."""

from __future__ import annotations

import datetime as dt

from changes import perform
from instruments.availability.models import AvailabilityChange
from instruments.booking.actions.requests import request_booking
from instruments.booking.enums import BookingKind
from instruments.booking.models import Booking
from instruments.upkeep.actions.breakdowns import stop_instrument
from instruments.upkeep.models import Breakdown
from notices.models import Notice
from tests.factories.instruments import BookingFactory
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at

FLAT = {"cancel_cutoff_minutes": 120}


def use(machine, day: int, begins: int, ends: int, **more) -> Booking:
    """A booking made the way people make them."""
    person = more.pop("person", None) or PersonFactory(language="en")
    return perform(
        person, request_booking, machine, start=at(day, begins), end=at(day, ends), purpose="x", **more
    )


def row(**fields) -> Booking:
    """A booking that was written past the actions, and a trace of it for the index of free time."""
    AvailabilityChange.objects.create(instrument=fields["instrument"], at=NOW)
    return BookingFactory(**fields)


def stop(keeper, machine, **more) -> Breakdown:
    """From now until Wednesday noon, on the first station."""
    said = {
        "words": "The vacuum pump is gone",
        "severity": "out",
        "start": at(0, 9),
        "end": at(2, 12),
        "stations": (1,),
        **more,
    }
    return perform(keeper, stop_instrument, machine, **said)


def told(person) -> list[str]:
    """The kinds of notice a person has, oldest first."""
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def held(machine, kind=BookingKind.MAINTENANCE) -> list[tuple[int, dt.datetime, dt.datetime]]:
    """What is held on an instrument, by station and time."""
    rows = Booking.objects.in_holding_state().filter(instrument=machine, kind=kind)
    return list(rows.order_by("station", "start").values_list("station", "start", "end"))
