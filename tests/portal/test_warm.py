"""The pages most people come in by are made before anybody asks, and before they grow old."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.warm import AHEAD_SECONDS, EVERY_SECONDS, PATHS, renew

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_kept")]
NOON = dt.datetime(2026, 3, 4, 4, tzinfo=dt.UTC)


def site(environ, start_response):
    """The site as the server calls it, on the connection of the test."""
    answer = Client(headers={"accept-language": environ["HTTP_ACCEPT_LANGUAGE"]}).get(environ["PATH_INFO"])
    start_response(f"{answer.status_code} said", [])
    return [answer.content]


def spent(path: str, language: str) -> int:
    """Queries of one visitor's page."""
    with CaptureQueriesContext(connection) as made:
        assert Client(headers={"accept-language": language}).get(path).status_code == 200
    return len(made)


def test_the_first_visitor_of_either_language_waits_for_nothing():
    renew(site)
    assert {spent(path, language) for path in PATHS for language in ("en", "zh-hans")} == {0}


def test_nobody_ever_makes_what_is_renewed_in_time():
    """For five minutes, a visitor every second: no query but those of the renewals."""
    with time_machine.travel(NOON, tick=False) as clock:
        for second in range(300):
            if second % int(EVERY_SECONDS) == 0:
                renew(site)
            assert spent("/", "en") == 0, second
            clock.shift(1)


def test_without_renewal_somebody_makes_it():
    """The control: after a minute the page is made in a request."""
    with time_machine.travel(NOON, tick=False) as clock:
        renew(site)
        clock.shift(61)
        assert spent("/", "en") > 0


def test_it_is_renewed_earlier_than_it_runs_out_between_two_rounds():
    assert AHEAD_SECONDS > EVERY_SECONDS


def test_what_fails_is_logged_and_stops_nothing(caplog):
    asked = []

    def broken(environ, _start):
        asked.append(environ["PATH_INFO"])
        raise RuntimeError("away")

    with caplog.at_level(logging.ERROR):
        renew(broken)
    assert asked == [*PATHS, *PATHS]
    assert len(caplog.records) == 4
