"""Requests that nobody decides: reminder at half of their time, the managers at the last quarter, each once."""

from __future__ import annotations

import datetime as dt

import pytest

from changes import perform
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.series import request_series
from instruments.booking.actions.waiting_requests import escalate_requests, remind_deciders
from instruments.booking.models import Booking
from instruments.booking.rules.repeats import rule_of
from instruments.tasks import expire_requests_now
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.intervals import Interval
from members.models import Person
from notices.models import Notice
from tests.factories.instruments import make_steward
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


def told(kind: str) -> list[Person]:
    """Who was told, oldest first."""
    return [notice.person for notice in Notice.objects.filter(kind=kind).order_by("pk")]


@pytest.fixture
def waits(asked) -> Booking:
    """Asked for on Monday 09:00, runs out two days later: half is gone on Tuesday 09:00, a quarter left at 21:00."""
    assert asked.expires_at == NOW + 48 * HOUR
    return asked


def test_each_at_its_moment_and_once(waits, steward, manager, member):
    """A second before nothing; then the stewards, who are no managers; the managers later; nobody twice."""
    assert remind_deciders(NOW + 24 * HOUR - SECOND) == 0
    assert remind_deciders(NOW + 24 * HOUR) == 1
    assert (told("booking_undecided"), told("booking_escalated")) == ([steward], [])
    assert remind_deciders(NOW + 25 * HOUR) == 0
    assert escalate_requests(NOW + 36 * HOUR - SECOND) == 0
    assert escalate_requests(NOW + 36 * HOUR) == 1
    assert escalate_requests(NOW + 37 * HOUR) == 0
    assert (told("booking_undecided"), told("booking_escalated")) == ([steward], [manager])
    waits.refresh_from_db()
    assert (waits.nudged_at, waits.escalated_at) == (NOW + 24 * HOUR, NOW + 36 * HOUR)


def test_what_is_decided_or_over_is_left_alone(waits, steward, manager):
    """Approved, or past its time and not swept yet."""
    assert remind_deciders(NOW + 48 * HOUR) == escalate_requests(NOW + 48 * HOUR) == 0
    perform(steward, approve_booking, waits)
    assert remind_deciders(NOW + 40 * HOUR) == escalate_requests(NOW + 40 * HOUR) == 0
    assert told("booking_undecided") == told("booking_escalated") == []


def test_nobody_is_told_of_the_own_request(xrd, steward, manager):
    """A steward asks: the managers are reminded instead of themselves, and told; a manager asks: not this manager."""
    second = make_steward(xrd)
    own = perform(steward, request_booking, xrd, start=at(4, 9), end=at(4, 10), purpose="自用")
    perform(manager, request_booking, xrd, start=at(4, 11), end=at(4, 12), purpose="自用")
    assert (remind_deciders(NOW + 24 * HOUR), escalate_requests(NOW + 36 * HOUR)) == (2, 2)
    assert sorted(person.pk for person in told("booking_undecided")) == sorted(
        [second.pk, steward.pk, second.pk]
    )
    assert told("booking_escalated") == [manager]
    assert own.person == steward


def test_a_short_notice_makes_short_quarters(xrd, steward, manager, member):
    """A request for this noon runs out when it begins: in four hours, so after two and after three."""
    BookingPolicy.objects.filter(instrument=xrd).update(notice_minutes=60)
    wish = perform(member, request_booking, xrd, start=NOW + 4 * HOUR, end=NOW + 5 * HOUR, purpose="急")
    assert wish.expires_at == NOW + 4 * HOUR
    assert (remind_deciders(NOW + 2 * HOUR - SECOND), remind_deciders(NOW + 2 * HOUR)) == (0, 1)
    assert (escalate_requests(NOW + 3 * HOUR - SECOND), escalate_requests(NOW + 3 * HOUR)) == (0, 1)


def test_a_booking_that_is_asked_for_anew_waits_from_then_on(waits, steward, manager, member, monday):
    """Approved and moved on Tuesday 09:00 to Friday: told of on Wednesday and on Wednesday evening, once more each."""
    remind_deciders(NOW + 24 * HOUR)
    monday.shift(24 * HOUR)
    perform(steward, approve_booking, waits)
    perform(member, move_booking, waits, start=at(4, 14), end=at(4, 16))
    waits.refresh_from_db()
    assert (waits.state, waits.asked_anew_at, waits.nudged_at) == ("requested", NOW + 24 * HOUR, None)
    assert waits.waits_since == NOW + 24 * HOUR
    assert waits.expires_at == NOW + 72 * HOUR
    assert (remind_deciders(NOW + 48 * HOUR - SECOND), remind_deciders(NOW + 48 * HOUR)) == (0, 1)
    assert (escalate_requests(NOW + 60 * HOUR - SECOND), escalate_requests(NOW + 60 * HOUR)) == (0, 1)
    assert (told("booking_undecided"), told("booking_escalated")) == ([steward, steward], [manager])


def test_a_series_is_told_of_once(xrd, member, steward, manager):
    """Three times that wait for one decision: one notice each, every row marked."""
    times = [Interval(at(day, 9), at(day, 10)) for day in (2, 3, 4)]
    said = {"purpose": "相分析", "purpose_kind": "research"}
    perform(member, request_series, xrd, times, rule=rule_of("daily", 3), said=said)
    assert (remind_deciders(NOW + 24 * HOUR), escalate_requests(NOW + 36 * HOUR)) == (3, 3)
    assert (told("booking_undecided"), told("booking_escalated")) == ([steward], [manager])
    assert not Booking.objects.filter(nudged_at=None).exists()


def test_the_minutely_task_does_it(waits, steward, manager, monday):
    """Both at once where the worker was away; a second run tells nobody again."""
    monday.shift(36 * HOUR)
    for _run in range(2):
        expire_requests_now()
    assert (told("booking_undecided"), told("booking_escalated")) == ([steward], [manager])


def test_the_desk_says_how_long_is_left_and_that_the_managers_know(waits, steward, manager, client, monday):
    """In words, beside the deadline, on the desk of both."""
    monday.shift(36 * HOUR)
    client.force_login(steward)
    english = {"accept-language": "en"}
    text = client.get("/desk/", headers=english).text
    assert "12 h left" in text
    assert "the managers of the unit were told" not in text
    expire_requests_now()
    for person in (steward, manager):
        client.force_login(person)
        answer = client.get("/desk/", headers=english)
        assert "the managers of the unit were told" in answer.text
        (wish,) = answer.context["wishes"]
        left = {hours: wish.minutes_left(NOW + hours * HOUR) for hours in (35.5, 36, 44, 44.5, 48, 50)}
        assert left == {35.5: 720, 36: 720, 44: 240, 44.5: 210, 48: 0, 50: 0}
