"""Rules room: working days of a publicity window, by the State Council's calendar of public holidays.

A working day is a Monday to Friday that is no public holiday, or a Saturday or Sunday that was made one in exchange.
The State Council publishes each year's calendar in the autumn before. A year whose calendar is not known counts Monday
to Friday: whoever binds somebody by the count asks `years_without_calendar` first.
"""

from __future__ import annotations

import datetime as dt

import chinese_calendar

SATURDAY = 5
KNOWN = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)


def is_working_day(day: dt.date) -> bool:
    """Whether people work on this day."""
    if day.year not in KNOWN:
        return day.weekday() < SATURDAY
    return bool(chinese_calendar.is_workday(day))


def years_without_calendar(first: dt.date, last: dt.date) -> tuple[int, ...]:
    """The years from `first` to `last` whose public holidays are not known, in order."""
    return tuple(year for year in range(first.year, last.year + 1) if year not in KNOWN)


def working_days(first: dt.date, last: dt.date) -> int:
    """Working days from `first` to `last`, both counted; 0 if `last` is earlier."""
    days = (last - first).days + 1
    return sum(is_working_day(first + dt.timedelta(days=offset)) for offset in range(max(days, 0)))


def last_of(first: dt.date, count: int) -> dt.date:
    """The day on which `count` working days from `first` on are full. Raises ValueError for a count below 1."""
    if count < 1:
        raise ValueError("A window has at least one working day.")
    day = first
    while working_days(first, day) < count:
        day += dt.timedelta(days=1)
    return day
