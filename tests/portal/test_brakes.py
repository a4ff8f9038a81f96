"""Whose request is counted, in every throttle, and that whoever is too fast stops nobody else."""

from __future__ import annotations

import uuid

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as project
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from rest_framework.throttling import SimpleRateThrottle

from tests.factories.members import PersonFactory
from tests.site_wide.routes import routes

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-and-good-one-7"
HOME, OTHER = "203.0.113.7", "198.51.100.9"


def log_in(address, *, email="", password="wrong"):
    """Try to log in from behind the proxy, to a new account unless told; None where it was too often."""
    email = email or f"{uuid.uuid4().hex}@example.org"
    answer = Client(headers={"accept-language": "en"}).post(
        reverse("account_login"), {"login": email, "password": password}, headers=seen_from(address)
    )
    if answer.status_code == 429 or b"Too many failed login attempts" in answer.content:
        return None
    return answer.status_code == 302


def reset(address, *, email="nobody@example.org"):
    """Ask for a link for a new password."""
    answer = Client().post(reverse("account_reset_password"), {"email": email}, headers=seen_from(address))
    return None if answer.status_code == 429 else True


def page(address):
    """Look at the catalogue."""
    answer = Client().get(reverse("instruments:catalogue"), headers=seen_from(address))
    return None if answer.status_code == 429 else True


def call(address):
    """Call the programming interface without a token."""
    answer = Client().get("/api/v1/regions/", headers=seen_from(address))
    return None if answer.status_code == 429 else True


def costly_call(address):
    """Search by the programming interface without a token."""
    answer = Client().get("/api/v1/instruments/", headers=seen_from(address))
    return None if answer.status_code == 429 else True


def seen_from(address):
    """The header as the proxy hands it on: what the client wrote, and whom the proxy heard."""
    return {"x-forwarded-for": address}


@pytest.fixture
def rates(monkeypatch):
    """Small numbers for our own throttles."""
    for scope, rate in {"caller": "4/min", "costly": "4/min", "page": "4/min", "visitor": "4/min"}.items():
        monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, rate)


THROTTLES = [(log_in, 20), (reset, 10), (page, 4), (call, 4), (costly_call, 4)]


@pytest.mark.parametrize(("ask", "limit"), THROTTLES, ids=lambda value: getattr(value, "__name__", value))
def test_behind_a_proxy_each_client_is_counted_by_itself(ask, limit, rates, settings):
    """What the client writes before the proxy's own entry changes nothing; another client is not counted with it."""
    settings.TRUSTED_PROXIES = 1
    answers = [ask(f"10.9.8.{n}, {HOME}") for n in range(limit + 1)]
    assert None not in answers[:limit]
    assert answers[limit] is None
    assert ask(f"{HOME}, {OTHER}") is not None


@pytest.mark.parametrize(("ask", "limit"), THROTTLES, ids=lambda value: getattr(value, "__name__", value))
def test_without_a_proxy_the_header_is_a_strangers_word(ask, limit, rates, settings):
    """A new invented address with every request is no way round."""
    settings.TRUSTED_PROXIES = 0
    answers = [ask(f"10.9.8.{n}") for n in range(limit + 1)]
    assert None not in answers[:limit]
    assert answers[limit] is None


@pytest.mark.parametrize(("ask", "limit"), THROTTLES, ids=lambda value: getattr(value, "__name__", value))
def test_two_proxies_are_counted_off(ask, limit, rates, settings):
    """The outer one's entry counts, not the inner one's."""
    settings.TRUSTED_PROXIES = 2
    answers = [ask(f"10.9.8.{n}, {HOME}, 192.0.2.1") for n in range(limit + 1)]
    assert None not in answers[:limit]
    assert answers[limit] is None
    assert ask(f"{OTHER}, 192.0.2.1") is not None


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("unknown", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_entries_as_proxies_write_them(entry, address, settings, rf):
    """With a port or in brackets; nonsense leaves the address of the connection."""
    from portal.brakes import ClientAddress

    settings.TRUSTED_PROXIES = 1
    got = []
    ClientAddress(lambda request: got.append(request.META["REMOTE_ADDR"]))(
        rf.get("/", headers=seen_from(f"8.8.8.8, {entry}"))
    )
    assert got == [address]


def test_addresses_of_one_household_count_as_one(rates, settings):
    """Whoever has a million IPv6 addresses has one counter."""
    settings.TRUSTED_PROXIES = 1
    assert [call(f"2001:db8:0:1::{n:x}") for n in range(5)][4] is None
    assert call("2001:db8:0:2::1") is not None


def test_a_stranger_shuts_nobody_out_of_the_own_account(settings):
    """Guesses at a known person's password end the guesser's tries, not the person's."""
    settings.TRUSTED_PROXIES = 1
    person = PersonFactory()
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    assert [log_in(HOME, email=person.email) for _ in range(6)] == [False] * 5 + [None]
    assert log_in(HOME, email=person.email, password=PASSWORD) is None
    assert log_in(OTHER, email=person.email, password=PASSWORD) is True


@pytest.mark.parametrize("known", [True, False])
def test_links_for_a_new_password_are_sent_so_often_and_never_refused(known, settings):
    """Three in ten minutes to one address, whoever asks; the page tells nobody."""
    settings.TRUSTED_PROXIES = 1
    email = PersonFactory().email if known else "nobody@example.org"
    assert [reset(f"203.0.113.{n}", email=email) for n in range(5)] == [True] * 5
    assert [message.to for message in mail.outbox] == [[email]] * 3


def test_a_person_who_is_too_fast_waits_and_a_neighbour_does_not(rates):
    """By person, not by address; the page says how long, in the reader's language, and nothing is kept by caches."""
    client, neighbour = Client(headers={"accept-language": "en"}), Client()
    client.force_login(PersonFactory())
    neighbour.force_login(PersonFactory())
    address = reverse("instruments:catalogue")
    assert [client.get(address).status_code for _ in range(5)] == [200] * 4 + [429]
    answer = client.get(address)
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= 60
    assert f"Try again in {wait} second" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert neighbour.get(address).status_code == 200
    # What is cheap stays open to the same person.
    assert client.get(reverse("portal:me")).status_code == 200


def test_every_costly_route_exists():
    """A renamed route would silently be free."""
    assert project.COSTLY_ROUTES - {route.name for route in routes()} == set()


@pytest.mark.parametrize(
    "name",
    [
        "portal:home",
        "portal:finder",
        "portal:units",
        "reporting:list",
        "instruments:catalogue",
        "instruments:compare",
    ],
)
def test_costly_pages_are_braked(name, rates):
    """Each by its own name, all by one count."""
    client = Client()
    client.force_login(PersonFactory())
    assert [client.get(reverse(name)).status_code == 429 for _ in range(5)] == [False] * 4 + [True]
    cache.clear()
    assert client.get(reverse(name)).status_code != 429


def test_a_log_in_takes_one_hash_whatever_the_account(monkeypatch):
    """The time to the answer does not tell whether an address is known, invited, or closed."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    known, closed, invited = PersonFactory(), PersonFactory(is_active=False), PersonFactory()
    for person in (known, closed):
        person.set_password(PASSWORD)
        person.save()
    invited.set_unusable_password()
    invited.save()
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for email in (known.email, closed.email, invited.email, "nobody@example.org"):
        hashed.clear()
        assert log_in("", email=email) is False
        counts.append(len(hashed))
    assert counts == [1, 1, 1, 1]
