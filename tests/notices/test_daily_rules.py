"""What waits for the daily mail, worked by hand; 2 March 2026 is a Monday."""

import datetime as dt

import pytest

from folding.times import LOCAL
from notices.rules import last_daily, next_daily, waits_for_daily

MONDAY = dt.datetime(2026, 3, 2, tzinfo=LOCAL)


def hours(count):
    """A moment so many hours after that midnight."""
    return MONDAY + dt.timedelta(hours=count)


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [(7.99, -16, 8), (8, 8, 32), (8.01, 8, 32), (23.9, 8, 32), (24, 8, 32)],
)
def test_eight_in_the_morning(now, last, following):
    """At eight itself the mail is due, and the next one tomorrow; whatever zone the moment is said in."""
    for moment in (hours(now), hours(now).astimezone(dt.UTC)):
        assert last_daily(moment) == hours(last)
        assert next_daily(moment) == hours(following)


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ([], True),
        (["a word", 3, None], True),
        ([hours(8)], True),  # an hour ago
        ([hours(9)], False),  # now
        ([hours(32)], False),  # with the next mail
        ([hours(55.9)], False),  # less than a day after it
        ([hours(56)], True),
        ([hours(200), hours(33)], False),
        ([dt.date(2026, 3, 1)], True),
        ([dt.date(2026, 3, 2)], False),
        ([dt.date(2026, 3, 4)], False),
        ([dt.date(2026, 3, 5)], True),
    ],
)
def test_what_is_near_is_told_at_once(told, waits):
    """It is Monday 09:00; the next daily mail goes on Tuesday at eight, near is until Wednesday at eight."""
    assert waits_for_daily("bookings", ["bookings"], told, hours(9)) is waits


def test_without_topic_or_choice_nothing_waits():
    """Offers, reminders and break-downs have none."""
    assert not waits_for_daily("", ["", "bookings"], [], hours(9))
    assert not waits_for_daily("bookings", [], [], hours(9))
    assert not waits_for_daily("bookings", ["faults"], [], hours(9))
