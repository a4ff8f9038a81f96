"""When somebody is told of a request that nobody decides."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.booking.rules.requests import escalate_at, remind_at
from tests.instruments.moments import NOW


@pytest.mark.parametrize(
    ("minutes", "half", "last_quarter"), [(48 * 60, 24 * 60, 36 * 60), (60, 30, 45), (4, 2, 3), (0, 0, 0)]
)
def test_half_gone_and_a_quarter_left(minutes, half, last_quarter):
    """Of 48 hours: after 24, and after 36; to the second where it does not divide."""

    def after(n: float) -> dt.datetime:
        return NOW + dt.timedelta(minutes=n)

    assert (remind_at(NOW, after(minutes)), escalate_at(NOW, after(minutes))) == (
        after(half),
        after(last_quarter),
    )


def test_what_does_not_divide():
    """Of one minute: 30 and 45 seconds."""
    assert remind_at(NOW, NOW + dt.timedelta(minutes=1)) == NOW + dt.timedelta(seconds=30)
    assert escalate_at(NOW, NOW + dt.timedelta(minutes=1)) == NOW + dt.timedelta(seconds=45)
