"""Rules room: working days of a publicity window, Monday to Friday."""

from __future__ import annotations

import datetime as dt

SATURDAY = 5


def working_days(first: dt.date, last: dt.date) -> int:
    """Working days from `first` to `last`, both counted; 0 if `last` is earlier. Public holidays are not known here."""
    days = (last - first).days + 1
    return sum(
        1 for offset in range(max(days, 0)) if (first + dt.timedelta(days=offset)).weekday() < SATURDAY
    )


def last_of(first: dt.date, count: int) -> dt.date:
    """The day on which `count` working days from `first` on are full. Raises ValueError for a count below 1."""
    if count < 1:
        raise ValueError("A window has at least one working day.")
    day = first
    while working_days(first, day) < count:
        day += dt.timedelta(days=1)
    return day
