"""Rules room: for which days a deputy can be named."""

from __future__ import annotations

import datetime as dt

LONGEST_DAYS = 366


def days_problem(first: dt.date, last: dt.date, today: dt.date) -> str:
    """Return what is wrong with the days from the first to the last one: a code, empty where nothing is.

    They lie in order, do not begin in the past, and are at most 366.
    """
    if first < today:
        return "past"
    if last < first:
        return "order"
    return "long" if (last - first).days >= LONGEST_DAYS else ""
