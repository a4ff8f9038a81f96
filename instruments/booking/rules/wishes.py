"""Rules room: what free time somebody asks for, and where on the clock it may lie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from folding.times import LOCAL
from instruments.terms.rules.booking_policy import BookingTerms

OFFICE_BEGINS, OFFICE_ENDS = 8 * 60, 18 * 60
"""Office hours in minutes after local midnight, from Monday to Friday."""
_DAY = 24 * 60
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Span:
    """A booking begins in [start, end); where `whole`, it lies wholly inside."""

    start: dt.datetime
    end: dt.datetime
    whole: bool = False


@dataclass(frozen=True)
class Wish:
    """Free time of some minutes (None: the usual length of each instrument) in one of the spans.

    Office hours unless `any_hour`: nights and weekends only where they are asked for.
    """

    spans: tuple[Span, ...]
    minutes: int | None = None
    any_hour: bool = False


def wished_length(terms: BookingTerms, minutes: int | None) -> int | None:
    """Return how long a booking of these terms would be: in whole steps, at least the shortest; None if too long."""
    if minutes is None:
        return terms.usual_minutes()
    steps = -(-minutes // terms.step_minutes) * terms.step_minutes
    length = max(steps, terms.shortest_minutes)
    return length if length <= terms.longest_minutes else None


def pieces(span: Span, length: int, first: dt.datetime, *, any_hour: bool) -> Iterator[tuple[int, int]]:
    """Yield in minutes after `first`, a local midnight, from when to before when a booking of that length may begin.

    One that is longer than the office hours of a day begins within them.
    """
    start, end = (-(-(moment - first) // _MINUTE) for moment in (span.start, span.end))
    # The last start is in both cases the minute before the second number.
    until = end - length + 1 if span.whole else end
    if any_hour:
        if start < until:
            yield start, until
        return
    opened = OFFICE_ENDS - OFFICE_BEGINS
    latest = OFFICE_ENDS - length + 1 if length <= opened else OFFICE_ENDS
    for number in range(start // _DAY, -(-until // _DAY)):
        if (first.astimezone(LOCAL).date() + dt.timedelta(days=number)).weekday() < 5:
            midnight = number * _DAY
            one, two = max(start, midnight + OFFICE_BEGINS), min(until, midnight + latest)
            if one < two:
                yield one, two
