"""While Redis is away the site goes on: nothing is kept, throttles count on, one line a minute says so."""

from __future__ import annotations

import logging
import socket
import time

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from config import cache as forgiving
from tests.api.calling import Caller
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory
from webapi.throttles import CallerThrottle

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-and-good-one-7"


@pytest.fixture(autouse=True)
def _no_redis(settings):
    """A port at which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings.CACHES = {
        "default": {
            "BACKEND": "config.cache.ForgivingRedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"socket_connect_timeout": 0.5},
        }
    }
    cache.clear()


@pytest.mark.parametrize("page", ["portal:home", "portal:finder", "portal:units", "instruments:catalogue"])
def test_pages_are_made_all_the_same(page):
    """Home, finder, directory and catalogue, which keep copies."""
    make_instrument()
    assert Client().get(reverse(page)).status_code == 200


def test_calls_are_answered():
    """Reading and booking both pass the throttle."""
    instrument = make_instrument()
    caller = Caller(PersonFactory())
    assert caller.get("instruments/").json()["count"] == 1
    assert caller.get(f"instruments/{instrument.code}/").status_code == 200
    assert caller.post("bookings/", {}).status_code == 400


def test_people_log_in_and_guessing_stays_slow():
    """Failed log-ins are counted in the process meanwhile."""
    person = PersonFactory()
    person.set_password(PASSWORD)
    person.save()

    def tried(password):
        answer = Client(headers={"accept-language": "en"}).post(
            reverse("account_login"), {"login": person.email, "password": password}
        )
        return answer.status_code, b"Too many failed login attempts" in answer.content

    assert tried(PASSWORD) == (302, False)
    assert [tried("wrong")[1] for _ in range(6)] == [False] * 5 + [True]


def test_calls_are_counted_in_the_process(monkeypatch):
    """The throttle does not fall silent."""
    monkeypatch.setitem(CallerThrottle.THROTTLE_RATES, "caller", "3/min")
    caller = Caller(PersonFactory())
    assert [caller.get("regions/").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_every_way_to_ask_has_an_answer():
    """What is not kept is not there, and nothing raises but what raises for a missing key."""
    assert cache.add("a", 1) is True
    cache.set("a", 1)
    cache.set_many({"a": 1, "b": 2})
    assert cache.get("a") is None
    assert cache.get("a", 7) == 7
    assert cache.get_many(["a", "b"]) == {}
    assert cache.get_or_set("a", lambda: 5) == 5
    assert "a" not in cache
    assert cache.touch("a") is False
    assert cache.delete("a") is False
    cache.delete_many(["a", "b"])
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")
    cache.clear()


def test_one_line_a_minute(caplog, monkeypatch):
    """However many pages ask; a minute later there is another."""
    clock = [time.monotonic() + 1000.0]
    monkeypatch.setattr(forgiving.time, "monotonic", lambda: clock[0])
    caplog.set_level(logging.WARNING, logger="config.cache")
    for _ in range(50):
        cache.get("a")
        clock[0] += 1.1
    assert len(caplog.records) == 1
    clock[0] += 20
    cache.get("a")
    assert len(caplog.records) == 2


def test_redis_is_asked_again_a_second_later(monkeypatch):
    """Not at once, for one that hangs would hold up every look-up; but soon."""
    clock, asked = [time.monotonic() + 1000.0], []
    monkeypatch.setattr(forgiving.time, "monotonic", lambda: clock[0])

    def hangs(self, key, default):
        asked.append(key)
        raise TimeoutError

    monkeypatch.setattr(forgiving.RedisCacheClient, "get", hangs)
    for _ in range(5):
        cache.get("a")
    assert len(asked) == 1
    clock[0] += 1.0
    monkeypatch.setattr(forgiving.RedisCacheClient, "get", lambda self, key, default: 42)
    assert cache.get("a") == 42
