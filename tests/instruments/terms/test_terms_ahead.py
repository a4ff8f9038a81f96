"""What lies ahead in the terms of an instrument: exceptions that do not clash, prices that can be taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from instruments.terms.models import OpeningException, Rate
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import make_expert
from tests.instruments.inventory.test_inventory import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def instrument():
    """Open on workdays."""
    return make_instrument(workdays=(8, 20))


@pytest.fixture
def keeper(instrument):
    """The client of its steward."""
    return client_of(make_steward(instrument))


def at(name: str, instrument, *more) -> str:
    return reverse(f"instruments:{name}", args=[instrument.unit.code, instrument.code, *more])


def _send(client, instrument, start: str, end: str):
    fields = {"start": start, "end": end, "kind": "closed", "reason": ""}
    return client.post(at("add_exception", instrument), fields, headers=ENGLISH)


def test_an_exception_that_is_over_is_refused(instrument, keeper):
    answer = _send(keeper, instrument, "2026-03-01T08:00", "2026-03-01T12:00")
    assert answer.status_code == 422
    assert answer.context["exception"].errors == {"end": ["This time is over; an exception lies ahead."]}
    assert not OpeningException.objects.exists()
    assert not Entry.objects.exists()


def test_exceptions_do_not_overlap(instrument, keeper):
    assert _send(keeper, instrument, "2026-03-04T08:00", "2026-03-04T12:00").status_code == 302
    answer = _send(keeper, instrument, "2026-03-04T11:00", "2026-03-04T14:00")
    assert answer.status_code == 422
    assert answer.context["exception"].errors == {
        "start": ["Another exception covers part of this time: Wed 4 Mar 08:00–12:00. Remove it first."]
    }
    assert OpeningException.objects.count() == 1
    assert _send(keeper, instrument, "2026-03-04T12:00", "2026-03-04T14:00").status_code == 302
    assert _send(keeper, make_instrument(), "2026-03-04T11:00", "2026-03-04T14:00").status_code == 404


def test_what_was_saved_is_said_beside_it(instrument, keeper):
    _send(keeper, instrument, "2026-03-04T08:00", "2026-03-04T12:00")
    page = keeper.get(at("terms", instrument), headers=ENGLISH).content.decode()
    said = "The exception is added."
    assert page.count(said) == 1
    assert page.index('id="exceptions"') < page.index(said) < page.index('id="policy"')


def test_a_price_to_come_can_be_taken_back(instrument, keeper):
    Rate.objects.filter(instrument=instrument).delete()
    today = timezone.localdate()
    now, coming = (
        Rate.objects.create(instrument=instrument, category="internal", yuan_per_hour=yuan, valid_from=day)
        for yuan, day in ((100, today), (120, today + dt.timedelta(days=1)))
    )
    page = keeper.get(at("terms", instrument)).content.decode()
    assert at("remove_rate", instrument, coming.pk) in page
    assert at("remove_rate", instrument, now.pk) not in page

    answer = keeper.post(at("remove_rate", instrument, now.pk), headers=ENGLISH, follow=True)
    assert "This price holds already; set another from a day on." in answer.content.decode()
    assert Rate.objects.count() == 2
    assert not Entry.objects.exists()

    assert keeper.post(at("remove_rate", instrument, coming.pk)).status_code == 302
    assert list(Rate.objects.all()) == [now]
    entry = Entry.objects.get()
    assert (entry.verb, entry.before) == (
        "instruments.rate.taken_back",
        {"category": "internal", "yuan_per_hour": "120.00", "valid_from": "2026-03-03"},
    )
    assert keeper.post(at("remove_rate", instrument, coming.pk)).status_code == 302
    assert Entry.objects.count() == 1


def test_strangers_take_no_price_back(instrument):
    row = Rate.objects.create(
        instrument=instrument,
        category="internal",
        yuan_per_hour=1,
        valid_from=timezone.localdate() + dt.timedelta(days=9),
    )
    assert client_of(make_expert()).post(at("remove_rate", instrument, row.pk)).status_code == 404
    assert Rate.objects.filter(pk=row.pk).exists()
