"""The new time of an own booking: judged on the instrument's page before anything is done."""

from __future__ import annotations

import pytest
from django.urls import reverse

from instruments.booking.models import Booking
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def own(member):
    """A booking of the member, Thursday 10 to 12."""
    return BookingFactory(instrument=make_instrument(), person=member, start=at(3, 10), end=at(3, 12))


def judged(client, booking, start, end, **more):
    """What is said to a new time."""
    query = {"moves": booking.pk, "to": f"{start.isoformat()}/{end.isoformat()}"} | more
    return client.get(reverse("instruments:quote", args=[booking.instrument.code]), query)


def test_a_time_that_fits_comes_with_its_form(client, member, own):
    """Its own time does not stand in its way; the form carries the version and the way back with the undoing."""
    client.force_login(member)
    answer = judged(client, own, at(3, 11), at(3, 13))
    moving = answer.context["moving"]
    assert (moving.problems, moving.can_move, moving.undoes) == ([], True, False)
    assert f"/bookings/{own.pk}/move/" in answer.content.decode()
    form = {"day": "2026-03-05", "start_time": "11:00", "end_time": "13:00", "version": own.version}
    moved = client.post(f"/bookings/{own.pk}/move/", form | {"next": moving.here})
    assert (moved.status_code, moved["Location"]) == (302, moving.here)
    own.refresh_from_db()
    assert (own.start, own.end) == (at(3, 11), at(3, 13))
    undo = client.get(moving.here.partition("#")[0]).context["moving"]
    assert (undo.start, undo.end, undo.undoes, undo.problems) == (at(3, 10), at(3, 12), True, [])


def test_what_stands_against_it_is_said_and_nothing_is_done(client, member, own):
    BookingFactory(instrument=own.instrument, start=at(3, 12), end=at(3, 13))
    client.force_login(member)
    answer = judged(client, own, at(3, 11), at(3, 13))
    assert [problem.rule for problem in answer.context["moving"].problems] == ["slot_taken"]
    assert "/move/" not in answer.content.decode()
    assert Booking.objects.get(pk=own.pk).version == own.version


@pytest.mark.parametrize("to", ["", "x/y", "2026-03-05T13:00:00+08:00/2026-03-05T11:00:00+08:00", "%00"])
def test_a_time_that_is_none_says_nothing(client, member, own, to):
    client.force_login(member)
    query = {"moves": own.pk, "to": to}
    assert (
        client.get(reverse("instruments:quote", args=[own.instrument.code]), query).context["moving"] is None
    )


def test_a_booking_that_is_not_theirs_is_not_found(client, member, own):
    other = BookingFactory(instrument=own.instrument, start=at(2, 10), end=at(2, 12))
    client.force_login(member)
    assert judged(client, other, at(2, 11), at(2, 13)).status_code == 404
    for strange in ("x", ""):
        answer = client.get(reverse("instruments:quote", args=[own.instrument.code]), {"moves": strange})
        assert answer.status_code == 404
    client.logout()
    assert judged(client, own, at(3, 11), at(3, 13)).status_code == 404
