"""Publicity: nobody outside the department reads a result before its first day begins, and the window is real."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from changes import perform
from evaluations.errors import Blocked
from evaluations.rounds.blocking import PUBLICISE
from evaluations.rounds.queries import published_rounds
from evaluations.steps.actions.publication import publicise_round
from evaluations.steps.queries.blockers import blockers
from notices.models import Announcement
from tests.evaluations.walking import BEFORE_PUBLICITY, FRIDAY, MONDAY, scored

pytestmark = pytest.mark.django_db

EVE = dt.datetime(2026, 5, 10, 15, 59, 59, tzinfo=dt.UTC)  # Sunday 23:59:59 in Shanghai
BEGINS = dt.datetime(2026, 5, 10, 16, 0, tzinfo=dt.UTC)  # Monday 00:00 in Shanghai


def addresses():
    """Where results can be read."""
    return [
        reverse("evaluations:round", args=[2025]),
        "/api/v1/evaluations/2025/",
        "/api/v1/evaluations/2025/results/",
    ]


def test_results_are_public_from_midnight_of_the_first_day(story, client, django_capture_on_commit_callbacks):
    """Publicised on Sunday for Monday: pages, API, unit page, score card and home page wait for Monday."""
    scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    assert Announcement.objects.get().published_at == BEGINS
    own = reverse("evaluations:unit", args=[2025, "AAA"])
    with time_machine.travel(EVE, tick=False):
        assert [client.get(address).status_code for address in addresses()] == [404, 404, 404]
        assert client.get("/api/v1/evaluations/").json()["results"] == []
        assert not published_rounds().exists()
        assert "84.50" not in client.get(reverse("portal:unit", args=["AAA"])).text
        client.force_login(story.managers["AAA"])
        assert "84.50" not in client.get(own).text
        client.force_login(story.officer)
        assert client.get(addresses()[0]).status_code == 200
        client.logout()
    with time_machine.travel(BEGINS, tick=False):
        assert [client.get(address).status_code for address in addresses()] == [200, 200, 200]
        assert "84.50" in client.get(reverse("portal:unit", args=["AAA"])).text
        client.force_login(story.managers["AAA"])
        assert "84.50" in client.get(own).text


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        # Labour Day: 1 to 7 May 2026 has two working days, to 9 May (a Saturday worked in exchange) four.
        (dt.date(2026, 5, 1), dt.date(2026, 5, 7), ["window_short"]),
        (dt.date(2026, 5, 1), dt.date(2026, 5, 9), ["window_short"]),
        (dt.date(2026, 5, 1), dt.date(2026, 5, 11), []),
    ],
)
def test_the_window_knows_public_holidays(story, django_capture_on_commit_callbacks, first, last, codes):
    """Too few working days are refused."""
    scored(story, django_capture_on_commit_callbacks)
    april = dt.datetime(2026, 4, 20, 2, tzinfo=dt.UTC)
    found = blockers(story.round, PUBLICISE, now=april, window=(first, last))
    assert [(blocker.code, blocker.hard) for blocker in found] == [(code, True) for code in codes]
    if codes:
        with pytest.raises(Blocked):
            perform(story.officer, publicise_round, story.round, first=first, last=last, now=april)


def test_a_year_whose_holidays_nobody_knows_yet_is_a_warning(story, django_capture_on_commit_callbacks):
    """Monday to Friday are counted; the round does not wait for our copy of the calendar."""
    scored(story, django_capture_on_commit_callbacks)
    window = (dt.date(2096, 5, 7), dt.date(2096, 5, 20))
    found = blockers(story.round, PUBLICISE, now=BEFORE_PUBLICITY, window=window)
    assert [(blocker.code, blocker.hard) for blocker in found] == [("no_calendar", False)]
