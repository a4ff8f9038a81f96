"""The crowd that the race tests send into the same row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection

WIDTH = 32


@pytest.fixture(scope="session")
def crowd(django_db_setup):
    """One helper process for all races, which forks 32 contenders for each."""
    path = os.pathsep.join([str(settings.ROOT), str(settings.ROOT / "platform")])
    helper = subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-m", "tests.races.crowd"),
            str(connection.settings_dict["NAME"]),
        ],
        cwd=settings.ROOT,
        env={**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert helper.stdout.readline().strip().isdigit()
    yield helper
    helper.stdin.close()
    helper.wait(timeout=30)
    helper.stdout.close()


@pytest.fixture
def race(crowd) -> Callable[..., list[list[dict]]]:
    """Call it with plan, instrument, people and starts: 32 processes act at once for each start; fates per round."""

    def run(plan, instrument, people, starts, *, bookings=None, blind=None) -> list[list[dict]]:
        job = {
            "width": WIDTH,
            "plan": plan,
            "instrument": instrument.pk,
            "people": [person.pk for person in people],
            "starts": [start.isoformat() for start in starts],
            "bookings": bookings,
            "blind": blind,
        }
        crowd.stdin.write(json.dumps(job) + "\n")
        crowd.stdin.flush()
        answer = json.loads(crowd.stdout.readline())
        assert answer["errors"] == []
        return [[fates[number] for fates in answer["fates"]] for number in range(len(starts))]

    return run
