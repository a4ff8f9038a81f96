"""Access tokens: shown once, revoked by their owner alone, refused forms change nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.factories.members import PersonFactory
from webapi.models import AccessToken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

WISH = {"name": "预约看板", "days": "90"}


@pytest.fixture
def person(client):
    """Somebody signed in."""
    made = PersonFactory()
    client.force_login(made)
    return made


def test_a_token_is_shown_once(client, person):
    """The page after the POST holds the text and no page after that; sending anew makes no second; it only reads."""
    address = reverse("portal:tokens")
    assert client.post(address, WISH).headers["Location"] == address
    answer = client.get(address)
    text = answer.context["made"]
    token = AccessToken.objects.get()
    assert text.startswith(f"{token.prefix}_")
    assert text in answer.content.decode()
    assert (token.person, token.scopes) == (person, ["read"])
    assert token.expires_at - token.created_at == dt.timedelta(days=90)
    again = client.get(address)
    assert text not in again.content.decode()
    assert token.prefix in again.content.decode()
    client.logout()
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/bookings/", headers=headers).status_code == 200


def test_writing_is_asked_for(client, person):
    """The box adds the right to write."""
    client.post(reverse("portal:tokens"), {**WISH, "may_write": "on"})
    assert AccessToken.objects.get().scopes == ["read", "write"]


@pytest.mark.parametrize(
    ("wrong", "field"), [({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"days": "9999"}, "days")]
)
def test_a_refused_form_makes_nothing(client, person, wrong, field):
    """422, the field named, no token."""
    answer = client.post(reverse("portal:tokens"), {**WISH, **wrong})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not AccessToken.objects.exists()


def test_only_the_owner_revokes(client, person):
    """Somebody else's token is not there; one's own stops working at once."""
    client.post(reverse("portal:tokens"), WISH)
    listed = client.get(reverse("portal:tokens"))
    text = listed.context["made"]
    assert '<summary class="btn btn-sm">' in listed.content.decode()
    token = AccessToken.objects.get()
    address = reverse("portal:revoke_token", args=[token.pk])
    assert client.get(address).headers["Location"] == reverse("portal:tokens")
    client.force_login(PersonFactory())
    assert client.post(address).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    client.force_login(person)
    assert client.post(address).headers["Location"] == reverse("portal:tokens")
    token.refresh_from_db()
    assert token.revoked_at is not None
    client.logout()
    assert client.get("/api/v1/bookings/", headers={"Authorization": f"Bearer {text}"}).status_code == 401


def test_a_visitor_signs_in_first(client):
    """For the list, for making and for revoking."""
    for answer in (
        client.get(reverse("portal:tokens")),
        client.post(reverse("portal:tokens"), WISH),
        client.post(reverse("portal:revoke_token", args=[1])),
    ):
        assert answer.headers["Location"].startswith(reverse("account_login"))
