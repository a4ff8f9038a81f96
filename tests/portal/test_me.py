"""A person's page: what waits, what is coming, what is over; nobody else's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from instruments.enums import BookingState
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def person(db):
    """A researcher."""
    return PersonFactory()


def test_a_visitor_signs_in_first(client):
    """And comes back afterwards."""
    answer = client.get(reverse("portal:me"))
    assert (answer.status_code, answer.headers["Location"]) == (
        302, f"{reverse('account_login')}?next={reverse('portal:me')}"
    )  # fmt: skip


def test_an_empty_page_offers_a_way_on(client, person):
    """Nothing to do, nothing coming: the catalogue is offered."""
    client.force_login(person)
    answer = client.get(reverse("portal:me"))
    agenda = answer.context["agenda"]
    assert (agenda.todos, agenda.coming, agenda.past) == ([], [], [])
    assert reverse("instruments:catalogue") in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_todos_and_bookings_are_the_persons_own(client, person):
    """A visit that may begin and one that runs over wait, the earlier deadline first; the rest is coming or past."""
    instrument = make_instrument(station_count=4, policy={"check_in_early_minutes": 30})
    soon = BookingFactory(instrument=instrument, person=person, start=at(0, 9, 15))
    over = BookingFactory(
        instrument=instrument, person=person, start=NOW - dt.timedelta(hours=3), end=NOW - dt.timedelta(hours=1),
        state=BookingState.IN_USE, station=2,
    )  # fmt: skip
    later = BookingFactory(instrument=instrument, person=person, start=at(2, 9), state=BookingState.REQUESTED)
    past = BookingFactory(instrument=instrument, person=person, start=at(-7, 9), state=BookingState.COMPLETED)
    BookingFactory(instrument=instrument, start=at(0, 9, 15), station=3)
    client.force_login(person)
    agenda = client.get(reverse("portal:me")).context["agenda"]
    assert [(todo.kind, todo.booking.pk) for todo in agenda.todos] == [
        ("check_out", over.pk),
        ("check_in", soon.pk),
    ]
    assert [booking.pk for booking in agenda.coming] == [over.pk, soon.pk, later.pk]
    assert [booking.pk for booking in agenda.past] == [past.pk]


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(client, person, django_assert_max_num_queries, rows):
    """As many for three bookings on three instruments as for one."""
    for number in range(rows):
        BookingFactory(instrument=make_instrument(), person=person, start=at(1 + number, 9))
    client.force_login(person)
    with django_assert_max_num_queries(9):
        client.get(reverse("portal:me"))
