"""Nobody waits for a change that has written its last and is still open, unless it is about the same instrument."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.terms.rules.hours import local_midnight
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SHORT, LONG = 2.0, 30.0
"""Seconds for which the other change stays open: where one has to wait for it, and where nobody may."""


@pytest.mark.parametrize("same", [False, True])
def test_a_booking_beside_an_open_change(on_postgresql, same):
    """On PostgreSQL an unrelated booking passes at once; on SQLite, with its one writer, all wait and none is lost."""
    busy, person, other = make_instrument(), PersonFactory(), PersonFactory()
    place = busy if same else make_instrument()
    start = local_midnight(timezone.localdate() + dt.timedelta(days=10)) + dt.timedelta(hours=9)
    hour, written, over = dt.timedelta(hours=1), threading.Event(), threading.Event()
    waits = same or not on_postgresql

    def lasting(work):
        request_booking(work, busy, start=start, end=start + hour, purpose="open")
        written.set()
        over.wait(SHORT if waits else LONG)
        over.set()

    def hold():
        try:
            perform(person, lasting)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert written.wait(30)
    perform(other, request_booking, place, start=start + hour, end=start + 2 * hour, purpose="beside")
    assert over.is_set() == waits
    over.set()
    thread.join()
    assert Booking.objects.holding().count() == 2
