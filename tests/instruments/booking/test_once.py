"""A form that is sent twice counts once."""

import uuid

import pytest
from django.test import Client

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
