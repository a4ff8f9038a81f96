"""Book again: the form filled in as the booking was, in the next week that can be asked for."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from instruments.booking.enums import BookingState, Purpose
from instruments.booking.models import Booking
from instruments.booking.views.offers import again
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.mark.parametrize(
    ("begun", "notice", "wanted"),
    [
        # Monday 09:00 now. Last Wednesday: the coming one; the coming one: that after it; a year ago: the coming one.
        (at(-5, 9), 60, at(2, 9)),
        (at(2, 9), 60, at(9, 9)),
        (at(-5 - 364, 9), 60, at(2, 9)),
        # An hour's notice at 09:00 ends at 10:00: 10:00 can still be asked for, 09:30 is a week later.
        (at(-7, 10), 60, at(0, 10)),
        (at(-7, 9, 30), 60, at(7, 9, 30)),
        # Three days' notice leave out Wednesday.
        (at(-5, 9), 3 * 1440, at(9, 9)),
    ],
)
def test_it_is_the_next_week_that_can_be_asked_for(begun, notice, wanted):
    """Same weekday and clock, same length; never less than a week later."""
    instrument = make_instrument(policy={"notice_minutes": notice})
    booking = BookingFactory(
        instrument=instrument,
        start=begun,
        end=begun + dt.timedelta(hours=3),
        purpose="稀土矿 XRD & 电镜",
        purpose_kind=Purpose.TEACHING,
    )
    address = urlsplit(again(booking, NOW))
    assert (address.path, address.fragment) == (
        reverse("instruments:instrument", args=[instrument.code]),
        "book",
    )
    assert parse_qs(address.query) == {
        "start": [wanted.isoformat()],
        "end": [(wanted + dt.timedelta(hours=3)).isoformat()],
        "purpose": ["稀土矿 XRD & 电镜"],
        "purpose_kind": ["teaching"],
    }


def test_a_visit_that_ended_early_is_booked_as_it_was_booked():
    """The length is that of the booking, not of the use."""
    booking = BookingFactory(
        instrument=make_instrument(), start=at(-5, 9), end=at(-5, 10), booked_until=at(-5, 13)
    )
    assert parse_qs(urlsplit(again(booking, NOW)).query)["end"] == [at(2, 13).isoformat()]


def test_a_mistaken_cancellation_is_undone_at_its_own_time():
    """What came to nothing is offered where it was, and a week later once that is over."""
    instrument = make_instrument(policy={"notice_minutes": 60})
    booking = BookingFactory(instrument=instrument, start=at(2, 9), state=BookingState.CANCELLED)
    assert parse_qs(urlsplit(again(booking, NOW)).query)["start"] == [at(2, 9).isoformat()]
    assert parse_qs(urlsplit(again(booking, at(2, 9))).query)["start"] == [at(9, 9).isoformat()]


def test_pages_offer_it_to_whoever_booked_and_it_books(client):
    """On one's own page and on the booking; the form it opens books without another word."""
    instrument, person = make_instrument(), PersonFactory()
    booking = BookingFactory(
        instrument=instrument, person=person, start=at(-5, 9), end=at(-5, 11), state=BookingState.COMPLETED
    )
    client.force_login(person)
    for page in (reverse("portal:me"), reverse("instruments:booking", args=[booking.pk])):
        assert again(booking, NOW).replace("&", "&amp;") in client.get(page).content.decode()
    form = client.get(again(booking, NOW)).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent |= {"day": sent["day"].isoformat(), "start_time": "09:00", "end_time": "11:00"}
    made = client.post(
        reverse("instruments:book", args=[instrument.code]), {k: v for k, v in sent.items() if v is not None}
    )
    assert made.status_code == 302, made.context["form"].errors
    new = Booking.objects.exclude(pk=booking.pk).get()
    assert (new.start, new.end, new.purpose) == (at(2, 9), at(2, 11), booking.purpose)


def test_nobody_else_is_offered_it(client):
    """A steward sees the booking of another without it."""
    booking = BookingFactory(instrument=make_instrument(), start=at(-5, 9))
    client.force_login(PersonFactory(is_superuser=True))
    assert client.get(reverse("instruments:booking", args=[booking.pk])).context["again"] == ""
