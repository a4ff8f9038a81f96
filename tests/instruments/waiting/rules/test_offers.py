"""Until when an offer stands: four waking hours, less near the start; worked by hand on the Shanghai clock."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.waiting.rules.offers import offered_until
from tests.instruments.moments import at

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(0, 9), at(0, 13)),
        (at(0, 18), at(0, 22)),
        (at(0, 21), at(1, 11)),  # one hour of the evening, three of the morning
        (at(0, 23), at(1, 12)),  # asleep until eight
        (at(1, 3), at(1, 12)),
    ],
)
def test_nights_do_not_count(now, until):
    assert offered_until(at(10, 9), HOUR, now) == until


def test_near_the_start_it_is_a_third_of_what_is_left():
    # At 9:00 for 13:00 with an hour's notice: three hours are left, a third of them is one.
    assert offered_until(at(0, 13), HOUR, at(0, 9)) == at(0, 10)
    assert offered_until(at(0, 10), HOUR, at(0, 9)) is None
