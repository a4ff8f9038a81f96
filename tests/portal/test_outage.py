"""While the database is busy, away or full, people and programs read what is so and when to try again."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from background.models import Heartbeat
from background.queries import PROCESSES
from safeguards.outage import Outage, outage_of
from tests.api.calling import Caller, is_problem
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


def caused(kind, text, cause=None):
    """An error of Django as its database layer makes it."""
    error = kind(text)
    error.__cause__ = cause
    return error


FULL = caused(
    OperationalError, "database or disk is full", sqlite3.OperationalError("database or disk is full")
)
LOCKED = caused(OperationalError, "database is locked", sqlite3.OperationalError("database is locked"))
GONE = caused(OperationalError, "server closed the connection", psycopg.OperationalError("server closed"))


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (FULL, Outage.FULL),
        (LOCKED, Outage.BUSY),
        (GONE, Outage.AWAY),
        (caused(OperationalError, "x", psycopg.errors.DiskFull("x")), Outage.FULL),
        (caused(OperationalError, "x", psycopg.errors.DeadlockDetected("x")), Outage.BUSY),
        (caused(OperationalError, "x", psycopg.errors.LockNotAvailable("x")), Outage.BUSY),
        (caused(OperationalError, "x", psycopg.errors.AdminShutdown("x")), Outage.AWAY),
        (caused(OperationalError, "x", psycopg.errors.TooManyConnections("x")), Outage.AWAY),
        (
            caused(OperationalError, "unable to open database file", sqlite3.OperationalError("x")),
            Outage.AWAY,
        ),
        (caused(InterfaceError, "connection already closed", psycopg.InterfaceError("x")), Outage.AWAY),
        (caused(ValueError, "while rendering", GONE), Outage.AWAY),
        (IntegrityError("x"), None),
        (ValueError("x"), None),
        (None, None),
    ],
)
def test_causes_are_told_apart(error, outage):
    """By state where the database gives one, else by its words; also where another error came of it."""
    assert outage_of(error) == outage


@pytest.fixture
def broken(monkeypatch):
    """Break every query from now on."""

    def refuse(error):
        def execute(execute, sql, params, many, context):
            raise error

        wrapper = connection.execute_wrapper(execute)
        wrapper.__enter__()
        wrappers.append(wrapper)

    wrappers = []
    yield refuse
    for wrapper in wrappers:
        wrapper.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("error", "words", "seconds"),
    [
        (LOCKED, "The database is busy. Try again in a moment.", "2"),
        (GONE, "The database does not answer. Try again in a moment.", "5"),
        (FULL, "The disk of the site is full", "60"),
    ],
)
@pytest.mark.parametrize("name", ["portal:home", "instruments:catalogue", "portal:me", "admin:index"])
def test_pages_say_when_to_try_again(name, error, words, seconds, broken):
    """503, not 500, for somebody signed in as for a visitor, with the seconds to wait."""
    client = Client(raise_request_exception=False, headers=ENGLISH)
    client.force_login(PersonFactory())
    broken(error)
    answer = client.get(reverse(name))
    assert answer.status_code == 503
    assert words in answer.content.decode()
    assert "was not saved" not in answer.content.decode()
    assert answer.headers["Retry-After"] == seconds


def test_a_form_that_was_sent_is_said_not_to_be_saved(broken):
    """And that it is still there when one goes back."""
    client = Client(raise_request_exception=False, headers=ENGLISH)
    client.force_login(PersonFactory())
    broken(FULL)
    answer = client.post(reverse("portal:account"), {"phone": "1", "language": "en"})
    assert answer.status_code == 503
    assert "What you sent was not saved." in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "words"), [(LOCKED, "is busy"), (GONE, "does not answer"), (FULL, "disk of the site is full")]
)
def test_programs_read_the_true_cause(error, words, broken):
    """Nobody repeats for hours what only an operator can mend."""
    caller = Caller(PersonFactory())
    broken(error)
    answer = caller.get("bookings/", headers=ENGLISH)
    assert is_problem(answer, 503)
    assert words in answer.json()["detail"]
    assert answer.headers["Retry-After"] == str(outage_of(error).seconds)


def test_a_fault_of_ours_stays_a_500(monkeypatch):
    """Only the database's own trouble is told as such."""
    from portal.views import units

    def fault(**chosen):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(units.unit_queries, "directory", fault)
    answer = Client(raise_request_exception=False, headers=ENGLISH).get(reverse("portal:units"))
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("error", [LOCKED, GONE, FULL])
def test_health_is_json_without_a_database(error, broken):
    """A monitor reads the status code and the cause."""
    broken(error)
    answer = Client(raise_request_exception=False).get(reverse("portal:healthz"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/json")
    assert answer.json() == {"status": "down", "database": outage_of(error).name.lower()}


def test_health_names_a_silent_worker(client):
    """Pages are served without it, so 200 and `degraded`; whoever needs the background asks for it and gets 503."""
    address = reverse("portal:healthz")
    assert (client.get(address).status_code, client.get(address).json()["status"]) == (200, "ok")
    assert client.get(address, {"need": "background"}).status_code == 503
    for name in PROCESSES:
        Heartbeat.objects.create(name=name, at="2099-01-01T00:00:00Z")
    assert (
        client.get(address).json()["status"],
        client.get(address, {"need": "background"}).status_code,
    ) == (
        "ok",
        200,
    )
    Heartbeat.objects.filter(name="worker").update(at="2020-01-01T00:00:00Z")
    answer = client.get(address)
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert client.get(address, {"need": "background"}).status_code == 503
