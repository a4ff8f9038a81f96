"""Rules room: how long an offer stands, and in which order people are asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Protocol

from folding.times import LOCAL
from instruments.booking.rules.wishes import Span, Wish
from instruments.terms.rules.intervals import Interval, subtract

PERIOD = dt.timedelta(hours=4)
"""So long an offer stands, counted while people are awake."""
SHORTEST = dt.timedelta(minutes=30)
"""So long it stands at least, where that much is left."""
LEAST = dt.timedelta(minutes=5)
"""With less time to answer nobody is asked."""
SHARE = 3
"""Near its start the next in line must have a chance too: an offer takes no more than this part of what is left."""
MOST_UNANSWERED = 3
"""A wish ends with the third offer that nobody answers."""
WAKES, SLEEPS = dt.time(8), dt.time(22)
_DAY = dt.timedelta(days=1)


class Placed(Protocol):
    """Somebody in line."""

    pk: int
    joined_at: dt.datetime


def offered_until(start: dt.datetime, notice: dt.timedelta, now: dt.datetime) -> dt.datetime | None:
    """Return until when an offer of a time that begins at `start` stands; None where nobody could answer in time.

    Four hours, not counted from 22 to 8; less near the start: a third of the time in which it can still be booked, but
    half an hour where there is one.
    """
    last = start - notice
    left = last - now
    if left < LEAST:
        return None
    return min(_awake(now, PERIOD), now + max(left / SHARE, SHORTEST), last)


def _awake(now: dt.datetime, length: dt.timedelta) -> dt.datetime:
    """Return the moment at which people will have been awake for that long."""
    moment = now.astimezone(LOCAL)
    while True:
        wakes = dt.datetime.combine(moment.date(), WAKES, LOCAL)
        sleeps = dt.datetime.combine(moment.date(), SLEEPS, LOCAL)
        moment = max(moment, wakes)
        if moment + length <= sleeps:
            return (moment + length).astimezone(dt.UTC)
        length -= max(sleeps - moment, dt.timedelta())
        moment = wakes + _DAY


def wish_of(window: Interval, minutes: int, passed: Collection[Interval], *, any_hour: bool) -> Wish | None:
    """Return what is looked for: time in the window but for what was offered and not taken; None where none is left."""
    spans = tuple(Span(part.start, part.end, whole=True) for part in subtract([window], passed))
    return Wish(spans, minutes, any_hour) if spans else None


def last_start(window: Interval, minutes: int) -> dt.datetime:
    """Return the last moment at which a time of that length inside the window can begin."""
    return window.end - dt.timedelta(minutes=minutes)


def place_in_line(mine: Placed, rivals: Iterable[Placed]) -> int:
    """Return the place of a wish among those that could get the same time: 1 is the first."""
    return 1 + sum((other.joined_at, other.pk) < (mine.joined_at, mine.pk) for other in rivals)
