"""A form that is sent twice counts once."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.models import Booking
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def client(db):
    """A researcher."""
    found = Client()
    found.force_login(PersonFactory())
    return found


def wish(**changes):
    """Wednesday 09:00 to 11:00."""
    return {
        "day": "2026-03-04", "start_time": "09:00", "end_time": "11:00", "purpose_kind": "research",
        "purpose": "物相分析", "once": str(uuid.uuid4()),
    } | changes  # fmt: skip


def test_two_presses_book_one_station(client):
    """The second is told so and led to the own page; another page, or another time, is another wish."""
    instrument = make_instrument(station_count=4)
    address, sent = f"/instruments/{instrument.code}/book/", wish()
    first, second = client.post(address, sent), client.post(address, sent)
    assert first.headers["Location"].startswith("/bookings/")
    assert (second.status_code, second.headers["Location"]) == (302, "/me/")
    assert Booking.objects.count() == 1
    client.post(address, sent | {"start_time": "14:00", "end_time": "15:00"})
    client.post(address, wish())
    assert Booking.objects.count() == 3


def test_a_refused_wish_may_be_sent_again(client):
    """What was rolled back was no first time."""
    instrument = make_instrument()
    address, sent = f"/instruments/{instrument.code}/book/", wish(start_time="09:10", end_time="09:20")
    assert [client.post(address, sent).status_code for _ in range(2)] == [422, 422]
    assert not Booking.objects.exists()


def test_two_people_may_send_the_same_number(client):
    """The number is the person's own."""
    instrument = make_instrument(station_count=2)
    other, sent = Client(), wish()
    other.force_login(PersonFactory())
    for who in (client, other):
        assert who.post(f"/instruments/{instrument.code}/book/", sent).status_code == 302
    assert Booking.objects.count() == 2


def test_cancelled_and_sent_again_is_a_new_wish(client):
    """Back and Send after a cancellation books anew, and that counts once too."""
    instrument = make_instrument(station_count=2, policy={"cancel_cutoff_minutes": 0})
    address, sent = f"/instruments/{instrument.code}/book/", wish()
    client.post(address, sent)
    first = Booking.objects.get()
    perform(first.person, cancel_booking, first)
    again = client.post(address, sent)
    second = Booking.objects.exclude(pk=first.pk).get()
    assert again.headers["Location"] == f"/bookings/{second.pk}/"
    assert client.post(address, sent).headers["Location"] == "/me/"
    assert [b.state for b in Booking.objects.order_by("requested_at")] == ["cancelled", "confirmed"]


def test_moved_away_and_sent_again_is_a_new_wish(client):
    """What was asked for is held no longer."""
    instrument = make_instrument(policy={"cancel_cutoff_minutes": 0})
    address, sent = f"/instruments/{instrument.code}/book/", wish()
    client.post(address, sent)
    booking = Booking.objects.get()
    day = dt.timedelta(days=1)
    perform(booking.person, move_booking, booking, start=booking.start + day, end=booking.end + day)
    assert client.post(address, sent).headers["Location"] != "/me/"
    assert Booking.objects.count() == 2
