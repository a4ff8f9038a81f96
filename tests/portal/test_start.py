"""Whoever has signed in comes to where their work lies."""

import pytest

from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "place"),
    [
        (lambda: make_steward(make_instrument()), "/desk/"),
        (lambda: make_manager(make_instrument().unit), "/desk/"),
        (PersonFactory, "/me/"),
    ],
)
def test_keepers_come_to_the_desk(client, person, place):
    client.force_login(person())
    assert client.get("/me/start/").headers["Location"] == place


def test_a_visitor_signs_in(client):
    assert "/accounts/login/" in client.get("/me/start/").headers["Location"]
