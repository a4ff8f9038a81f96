"""What a monitor asks: the status code of each address says which part is down."""

from __future__ import annotations

import datetime as dt
import socket

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from audit.history import record
from background.models import Heartbeat
from background.queries import PROCESSES
from operations.health import PARTS

pytestmark = pytest.mark.django_db


def codes(client) -> dict[str, int]:
    """The code of every address."""
    return {
        "livez": client.get("/livez").status_code,
        "readyz": client.get("/readyz").status_code,
        **{part: client.get(f"/readyz/{part}").status_code for part in PARTS},
    }


@pytest.fixture
def running(settings):
    """Everything beats; no Redis."""
    settings.REDIS_URL = ""
    for name in PROCESSES:
        Heartbeat.objects.create(name=name, at=timezone.now())


ALL = {
    "livez": 200,
    "readyz": 200,
    "database": 200,
    "redis": 200,
    **dict.fromkeys(PROCESSES, 200),
    "sealer": 200,
}


def test_all_is_up(client, running):
    """Every address says 200, and is never kept."""
    assert codes(client) == ALL
    answer = client.get("/readyz")
    assert answer.json() == {
        "status": "ready",
        "parts": {
            "database": "up",
            "redis": "not configured",
            **dict.fromkeys(PROCESSES, "up"),
            "sealer": "up",
        },
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["worker", "worker.mail", "worker.reports", "worker.evaluation", "schedule"])
def test_a_silent_process_is_its_own_503(client, running, name):
    """Visitors are still sent here."""
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - dt.timedelta(seconds=91))
    assert codes(client) == ALL | {name: 503}
    assert client.get(f"/readyz/{name}").json()["status"] == "silent"


def test_a_process_that_never_started(client, settings):
    """A fresh site has neither."""
    settings.REDIS_URL = ""
    assert codes(client) == ALL | dict.fromkeys(PROCESSES, 503)
    assert client.get("/readyz").json()["parts"]["worker"] == "never started"


def test_a_late_sealer(client, running):
    """Eleven seconds are too long."""
    entry = record(actor=None, verb="demo.network.seeded", target="network")
    with time_machine.travel(entry.at + dt.timedelta(seconds=11), tick=False):
        assert codes(client) == ALL | {"sealer": 503}
        assert client.get("/readyz/sealer").json() == {"status": "late", "unsealed_seconds": 11.0}


def test_redis_away(client, running, settings):
    """Nobody listens at its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    assert codes(client) == ALL | {"redis": 503}


def test_the_database_away(running, settings):
    """What rests on it is unknown; the process lives, and Redis is asked all the same."""

    def refuse(execute, sql, params, many, context):
        raise OperationalError("gone") from OSError("gone")

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(refuse):
        assert codes(client) == dict.fromkeys(ALL, 503) | {"livez": 200, "redis": 200}
        answer = client.get("/readyz")
    assert answer.json()["parts"] == {
        "database": "away", "redis": "not configured", **dict.fromkeys(PROCESSES, "unknown"), "sealer": "unknown",
    }  # fmt: skip
    assert answer["Retry-After"] == "5"


def test_no_other_parts(client):
    """As any address that is none."""
    assert client.get("/readyz/kitchen").status_code == 404
