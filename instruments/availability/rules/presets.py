"""Rules room: the times people ask for by a word."""

from __future__ import annotations

import datetime as dt

from instruments.booking.rules.wishes import OFFICE_BEGINS, OFFICE_ENDS, Span
from instruments.terms.rules.hours import local_midnight

NOON = 12 * 60
TODAY, TOMORROW_MORNING, TOMORROW_AFTERNOON, WEEK = "today", "tomorrow_morning", "tomorrow_afternoon", "week"
PRESETS = (TODAY, TOMORROW_MORNING, TOMORROW_AFTERNOON, WEEK)
_DAYS = {TODAY: 1, WEEK: 7}
_HALVES = {TOMORROW_MORNING: (OFFICE_BEGINS, NOON), TOMORROW_AFTERNOON: (NOON, OFFICE_ENDS)}


def preset_span(code: str, today: dt.date) -> Span:
    """Return the time meant by a word: a half of tomorrow, in which a booking lies whole, or the days from today on.

    Raises KeyError for a word that is none.
    """
    if code in _HALVES:
        midnight = local_midnight(today + dt.timedelta(days=1))
        start, end = (midnight + dt.timedelta(minutes=minutes) for minutes in _HALVES[code])
        return Span(start, end, whole=True)
    return Span(local_midnight(today), local_midnight(today + dt.timedelta(days=_DAYS[code])))
