"""Bookings of people and units that end, and what came of them."""

from __future__ import annotations

import datetime as dt

from audit.models import Entry
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.models import Stewardship
from members.models import MemberUnit, Person, UnitRole
from notices.models import Notice
from tests.choosing import told
from tests.factories.instruments import BookingFactory

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # a Monday, 10:00 in the region
TODAY = dt.date(2026, 3, 2)
MODELS = (Booking, Person, UnitRole, Stewardship, MemberUnit)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def book(instrument, person, days, **more):
    """Two hours some days from now."""
    start = NOW + days * DAY
    return BookingFactory(instrument=instrument, person=person, start=start, end=start + 2 * HOUR, **more)


def ask(instrument, person, days, **more):
    """A request that waits for a day."""
    made = book(instrument, person, days, state=BookingState.REQUESTED, **more)
    Booking.objects.filter(pk=made.pk).update(expires_at=NOW + DAY)
    return made


def states(*bookings):
    """Where they stand now."""
    found = Booking.objects.in_bulk([one.pk for one in bookings])
    return [found[one.pk].state for one in bookings]


def kinds(person):
    """Kinds of notice that reached a person."""
    return [kind for kind, _body in told(person)]


def everything():
    """All that could have changed."""
    return [
        *(list(model.objects.order_by("pk").values()) for model in MODELS),
        Entry.objects.count(),
        Notice.objects.count(),
    ]  # fmt: skip
