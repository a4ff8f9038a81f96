"""Rules room: which time a visit really used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from instruments.terms.rules.hours import round_up
from instruments.terms.rules.intervals import Interval, between

FORGOTTEN_AFTER = dt.timedelta(hours=2)


def forgotten(booked_end: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether a visit still open now was very likely over long ago.

    Idle running (空载运行) is no effective time (有效机时), so what nobody closed must not go on counting.
    """
    return now - booked_end > FORGOTTEN_AFTER


def usage_interval(
    booked_start: dt.datetime, arrived: dt.datetime, left: dt.datetime, taken: Iterable[Interval]
) -> Interval | None:
    """Return the time from arrival, not before the booked start, to leaving, cut by what is `taken`.

    Who leaves before the booked start has used the time since their arrival. What is taken at the beginning moves the
    start, what is taken later cuts the end. None where nothing is left.
    """
    start = max(arrived, booked_start) if left > booked_start else arrived
    end = left
    for other in sorted(taken):
        if other.end <= start or other.start >= end:
            continue
        if other.start <= start:
            start = other.end
        else:
            end = other.start
    found = between(start, end)
    return found[0] if found else None


def shortened_end(start: dt.datetime, end: dt.datetime, left: dt.datetime, step_minutes: int) -> dt.datetime:
    """Return the end of a booking whose person has left: the next step after leaving, never later than before.

    A booking keeps at least its first step.
    """
    return min(end, round_up(max(left, start + dt.timedelta(minutes=1)), step_minutes))
