"""The way from a unit's own pages to its newest round."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.rounds.models import Round
from tests.factories.evaluations import make_story
from tests.factories.members import PersonFactory, UnitFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db


def client_of(person=None) -> Client:
    """A browser, signed in as that person."""
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client


def test_the_newest_round_is_found_by_the_units_people_only():
    """A draft is not theirs yet; without a round the list is shown; others find nothing."""
    unit = UnitFactory(code="OWN")
    manager, url = make_manager(unit), reverse("evaluations:newest", args=["OWN"])
    assert client_of(manager).get(url)["Location"] == reverse("evaluations:index")
    make_story()
    round_ = Round.objects.get()
    assert client_of(manager).get(url)["Location"] == reverse("evaluations:unit", args=[round_.year, "OWN"])
    assert client_of(make_officer()).get(url).status_code == 302
    assert client_of(PersonFactory()).get(url).status_code == 404
    assert client_of(manager).get(reverse("evaluations:newest", args=["NO"])).status_code == 404
    assert client_of(manager).get("/evaluations/of/O%00N/").status_code == 404


def test_strangers_sign_in_first():
    """As everywhere."""
    answer = client_of().get(reverse("evaluations:newest", args=["OWN"]))
    assert answer["Location"].startswith(reverse("account_login"))
