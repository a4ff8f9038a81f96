"""Between which hours an instrument can ever be booked, and when all are open at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from instruments.terms.models import OpeningException
from instruments.terms.queries.opening import ClockHours, clock_hours, exceptions_of, openings_of
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import OpeningPeriodFactory, make_instrument
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
HOUR = 60


def opened(instrument, start, end, *, is_open=True):
    """A time of its own, beside the week."""
    return OpeningException.objects.create(instrument=instrument, start=start, end=end, is_open=is_open)


@pytest.fixture
def shut():
    """Never open."""
    return make_instrument(always_open=False)


def test_an_instrument_that_is_never_open_has_the_whole_day(shut):
    """The rules then say why nothing can be booked."""
    assert clock_hours(shut) == ClockHours(0, 24 * HOUR, overnight=False)


def test_the_week_and_what_is_opened_besides(xrd):
    """A Saturday from six to ten widens the morning; a closure and what is over widen nothing."""
    assert clock_hours(xrd) == ClockHours(8 * HOUR, 20 * HOUR, overnight=False)
    opened(xrd, at(5, 6), at(5, 10))
    opened(xrd, at(2, 1), at(2, 23), is_open=False)
    opened(xrd, at(-3, 2), at(-3, 23))
    assert clock_hours(xrd) == ClockHours(6 * HOUR, 20 * HOUR, overnight=False)


def test_what_is_opened_over_days_has_the_whole_clock(shut):
    """From Saturday evening to Sunday noon: any hour may be in it."""
    opened(shut, at(5, 18), at(6, 12))
    assert clock_hours(shut) == ClockHours(0, 24 * HOUR, overnight=True)


@pytest.mark.parametrize(("weekday", "overnight"), [(1, True), (2, False)])
def test_a_night_goes_on_only_into_the_next_day(shut, weekday, overnight):
    """Monday until midnight, and from midnight on the day after or a later one."""
    OpeningPeriodFactory(instrument=shut, weekday=0, opens=18 * HOUR, closes=24 * HOUR)
    OpeningPeriodFactory(instrument=shut, weekday=weekday, opens=0, closes=6 * HOUR)
    assert clock_hours(shut).overnight is overnight


def test_all_instruments_at_once(xrd, shut):
    """In one query; one without any hours is closed."""
    day = Interval(at(0, 0), at(1, 0))
    opened(shut, at(0, 6), at(0, 7))
    with CaptureQueriesContext(connection) as captured:
        found = openings_of(None, day)
    assert len(captured) == 1
    assert found[xrd.pk].intervals == [Interval(at(0, 8), at(0, 20))]
    assert found[shut.pk].hours == 1
    assert found[0].intervals == []


def test_exceptions_that_touch_a_window(xrd, shut):
    """By instrument; what only meets its edge lies outside."""
    opened(xrd, at(0, 6), at(0, 8))
    opened(xrd, at(0, 20), at(0, 22), is_open=False)
    opened(shut, at(0, 9), at(0, 10))
    found = exceptions_of([xrd.pk, shut.pk], Interval(at(0, 7), at(0, 20)))
    assert {pk: [(one.start, one.end, one.is_open) for one in rows] for pk, rows in found.items()} == {
        xrd.pk: [(at(0, 6), at(0, 8), True)],
        shut.pk: [(at(0, 9), at(0, 10), True)],
    }
