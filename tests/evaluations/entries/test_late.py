"""The last day to report: what comes later counts, and says so to unit, judge and department; it never moves back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from audit.models import Entry
from changes import perform
from evaluations.entries.actions import report_value
from evaluations.entries.models import ReportedValue
from evaluations.rounds.errors import InvalidRound
from evaluations.rounds.models import Round
from evaluations.steps.actions.correction import NewTerms, change_terms
from evaluations.steps.queries.blockers import blockers
from tests.evaluations.walking import snapshot_of
from tests.factories.evaluations import make_story

pytestmark = pytest.mark.django_db
LOCAL = ZoneInfo("Asia/Shanghai")
LAST = dt.date(2026, 3, 31)
MARK = '<span class="tag">reported late</span>'


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def at(day, hour, minute=0, second=0):
    return dt.datetime(2026, *day, hour, minute, second, tzinfo=LOCAL)


@pytest.fixture
def story():
    """A round whose last day is the last of March; AAA reported in time, BBB not yet."""
    with time_machine.travel(at((3, 1), 9), tick=False):
        made = make_story()
    Round.objects.update(collecting_until=LAST)
    ReportedValue.objects.exclude(unit=made.units["AAA"]).delete()
    made.round.refresh_from_db()
    return made


def report(story, unit, moment):
    with time_machine.travel(moment, tick=False):
        return perform(
            story.managers[unit], report_value, story.round, story.units[unit], "tasks", Decimal(2)
        )


@pytest.mark.parametrize(
    ("moment", "late"), [(at((3, 31), 23, 59, 59), False), (at((4, 1), 0), True)], ids=["in time", "too late"]
)
def test_the_last_day_is_included(story, moment, late):
    """By the clock of the region, not of the server."""
    assert report(story, "BBB", moment).is_late is late


def test_without_a_last_day_nothing_is_late(story):
    Round.objects.update(collecting_until=None)
    report(story, "BBB", at((12, 31), 23))
    assert not any(value.is_late for value in ReportedValue.objects.all())


def test_late_values_are_marked_for_unit_and_judge(story):
    report(story, "BBB", at((4, 1), 9))
    with time_machine.travel(at((4, 1), 10), tick=False):
        marks = {
            unit: client_of(story.managers[unit])
            .get(reverse("evaluations:unit", args=[2025, unit]))
            .text.count(MARK)
            for unit in ("AAA", "BBB")
        }
        assert marks == {"AAA": 0, "BBB": 1}
        judged = client_of(story.expert).get(reverse("evaluations:give", args=[2025])).text
        assert judged.count(MARK) == 1


def test_who_reports_late_is_told_so(story):
    place = reverse("evaluations:unit", args=[2025, "BBB"])
    client = client_of(story.managers["BBB"])
    with time_machine.travel(at((4, 1), 9), tick=False):
        assert (
            "The last day was 31 Mar 2026; what is reported now is marked as late." in client.get(place).text
        )
        told = client.post(place, {"tasks": "2", "evidence:tasks": ""}, follow=True).text
    assert "The last day has passed: these values are marked as reported late." in told
    with time_machine.travel(at((3, 31), 9), tick=False):
        assert "Values can be reported and changed until 31 Mar 2026." in client.get(place).text
        told = client.post(place, {"tasks": "3", "evidence:tasks": ""}, follow=True).text
    assert "reported late" not in told


def test_the_department_is_told_before_it_scores(story, django_capture_on_commit_callbacks):
    """Named with unit and number, and no obstacle."""
    snapshot_of(story, django_capture_on_commit_callbacks)

    def warned():
        found = blockers(story.round, "score", now=at((4, 2), 9))
        with override("en"):
            return [(str(one), one.hard) for one in found if one.code == "reported_late"]

    assert warned() == []
    report(story, "BBB", at((4, 1), 9))
    ((sentence, hard),) = warned()
    assert sentence == "1 value was reported after the last day, 2026-03-31, and counts: BBB."
    assert not hard


def change(story, until):
    terms = NewTerms(story.round.scheme, story.round.budget + 1, until)
    with time_machine.travel(at((4, 2), 9), tick=False):
        return perform(story.officer, change_terms, story.round, terms, reason="异议")


@pytest.mark.parametrize("until", [dt.date(2026, 4, 1), dt.date(2026, 3, 30)])
def test_the_last_day_never_moves_into_the_past(story, until):
    """Whoever still had time would lose it after the event."""
    before = Entry.objects.count()
    with pytest.raises(InvalidRound) as refused:
        change(story, until)
    assert refused.value.fields.keys() == {"collecting_until"}
    story.round.refresh_from_db()
    assert (story.round.collecting_until, Entry.objects.count()) == (LAST, before)


@pytest.mark.parametrize("until", [LAST, dt.date(2026, 4, 2), None])
def test_it_stays_or_moves_on(story, until):
    """A day that has passed may stay where it is while something else is changed."""
    assert change(story, until).collecting_until == until
