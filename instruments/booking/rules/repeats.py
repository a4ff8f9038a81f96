"""Rules room: the times of a series, by the recurrence rules of RFC 5545."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise

from dateutil.rrule import rrulestr

from folding.times import LOCAL
from instruments.terms.rules.intervals import Interval

LEAST, MOST = 2, 52
"""A series has at least two times, and at most a year of weeks."""
PATTERNS: Mapping[str, str] = {
    "daily": "FREQ=DAILY",
    "workdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
}
"""What can be chosen, as an RRULE without its COUNT."""


def rule_of(pattern: str, times: int) -> str:
    """Return the RRULE of a pattern with so many times. Raises KeyError for no pattern, ValueError for no number."""
    if not LEAST <= times <= MOST:
        raise ValueError(f"A series has {LEAST} to {MOST} times, not {times}.")
    return f"{PATTERNS[pattern]};COUNT={times}"


def occurrences(first: Interval, rule: str) -> list[Interval]:
    """Return the times of a series in order, in UTC: the first one, and the others at the same local clock.

    The first is one of them whatever the rule says of its day (RFC 5545, 3.8.5.3), as many as the rule counts. A month
    without that day has none.
    """
    begins = first.start.astimezone(LOCAL).replace(tzinfo=None)
    # The library counts whole seconds.
    whole = begins.replace(microsecond=0)
    starts = list(rrulestr(rule, dtstart=whole))
    if starts[:1] != [whole]:
        starts = [whole, *starts[:-1]]
    moments = [(start + (begins - whole)).replace(tzinfo=LOCAL).astimezone(dt.UTC) for start in starts]
    return [Interval(moment, moment + first.length) for moment in moments]


def overlap_each_other(times: Sequence[Interval]) -> bool:
    """Tell whether two times of a series, given in order, share a moment."""
    return any(before.overlaps(after) for before, after in pairwise(times))
