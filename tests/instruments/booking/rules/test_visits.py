"""Which time a visit really used."""

import datetime as dt

import pytest

from instruments.booking.rules.visits import forgotten, shortened_end, usage_interval
from instruments.terms.rules.intervals import Interval

NINE = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


def at(hours: float) -> dt.datetime:
    """Hours after nine."""
    return NINE + dt.timedelta(hours=hours)


def span(start: float, end: float) -> Interval:
    """Hours after nine."""
    return Interval(at(start), at(end))


@pytest.mark.parametrize(
    ("arrived", "left", "taken", "used"),
    [
        (0, 2, [], span(0, 2)),
        (-0.5, 2, [], span(0, 2)),  # waiting before the booked start is no use
        (-0.5, -0.25, [], span(-0.5, -0.25)),  # who leaves before it has used what they were there
        (0.5, 4, [], span(0.5, 4)),
        (0, 4, [span(3, 5)], span(0, 3)),  # the next booking cuts the end
        (0, 4, [span(-1, 1)], span(1, 4)),  # an earlier record moves the start
        (0, 4, [span(-1, 1), span(2, 3)], span(1, 2)),
        (0, 4, [span(4, 5), span(-2, 0)], span(0, 4)),  # touching is not overlapping
        (0, 4, [span(-1, 5)], None),
    ],
)
def test_used_time(arrived, left, taken, used):
    """Booked from nine."""
    assert usage_interval(at(0), at(arrived), at(left), taken) == used


@pytest.mark.parametrize(("left", "end"), [(1, 1), (1.1, 1.5), (3, 2), (-1, 0.5), (0, 0.5)])
def test_a_booking_ends_at_the_next_step(left, end):
    """Booked for two hours in steps of half an hour; it keeps at least its first step."""
    assert shortened_end(at(0), at(2), at(left), 30) == at(end)


def test_forgotten_is_more_than_two_hours_over():
    """To the second."""
    assert not forgotten(at(0), at(2))
    assert forgotten(at(0), at(2) + dt.timedelta(seconds=1))
