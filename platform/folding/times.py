"""Days, times of the clock and moments as people write them, made ISO 8601; 24:00 ends a day."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from folding.characters import code

LOCAL = ZoneInfo("Asia/Shanghai")
"""The one zone in which people of the network read and write the clock."""

_DAY = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
_HALF = r"上午|下午|am|pm|a\.m\.|p\.m\."
_CLOCK = (
    rf"(?P<before>{_HALF})?\s*(?P<hour>\d{{1,2}})\s*(?::|点|时)\s*(?P<minute>\d{{2}})\s*分?"
    rf"(?::(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,12}}))?)?\s*(?P<after>{_HALF})?"
)
_OFFSET = r"(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>\d{2})(?::?(?P<minutes>\d{2}))?)?"
_AS_DAY = re.compile(_DAY, re.ASCII)
_AS_CLOCK = re.compile(_CLOCK, re.ASCII | re.IGNORECASE)
_AS_MOMENT = re.compile(
    rf"{_DAY}(?:[Tt]|(?<=日)|\s+|\s*(?=[上下]午)){_CLOCK}\s*{_OFFSET}", re.ASCII | re.IGNORECASE
)
_MIDNIGHT = 24


class NoTime(ValueError):
    """The text is no day, time or moment as we read them."""


def day(text: str) -> dt.date:
    """Read a day: 2026-10-05, 2026/10/5, 2026.10.5, 2026年10月5日. Raises NoTime, for week dates too."""
    found = _AS_DAY.fullmatch(_folded(text))
    if found is None:
        raise NoTime(text)
    return _day(found)


def clock(text: str) -> str:
    """Read a time of the clock and return it as HH:MM[:SS]; 24:00 stays. Raises NoTime."""
    found = _AS_CLOCK.fullmatch(_folded(text))
    if found is None:
        raise NoTime(text)
    hour = _hour(found)
    minute, second = int(found["minute"]), int(found["second"] or 0)
    if minute > 59 or second > 59 or hour > 2 * _MIDNIGHT:
        raise NoTime(text)
    return f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def moment(text: str) -> dt.datetime:
    """Read a moment, aware where an offset stands; 24:00 is the next midnight. Raises NoTime, for week dates too."""
    found = _AS_MOMENT.fullmatch(_folded(text))
    if found is None:
        raise NoTime(text)
    hour = _hour(found)
    try:
        at = dt.time(
            0 if hour == _MIDNIGHT else hour,
            int(found["minute"]),
            int(found["second"] or 0),
            int((found["fraction"] or "0").ljust(6, "0")[:6]),
            _offset(found),
        )
        if hour != _MIDNIGHT:
            return dt.datetime.combine(_day(found), at)
        if at.replace(tzinfo=None) != dt.time():
            raise NoTime(text)
        return dt.datetime.combine(_day(found) + dt.timedelta(days=1), at)
    except (ValueError, OverflowError) as error:
        raise NoTime(text) from error


def _folded(text: str) -> str:
    try:
        return code(text) if len(text) <= 60 else ""
    except ValueError as error:
        raise NoTime(text) from error


def _day(found: re.Match[str]) -> dt.date:
    try:
        return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise NoTime(found[0]) from error


def _hour(found: re.Match[str]) -> int:
    """Return the hour of 24; with a half of the day named it is 1 to 12. Raises NoTime."""
    hour, half = int(found["hour"]), (found["before"] or found["after"] or "").lower().replace(".", "")
    if not half:
        return hour
    late = half in {"pm", "下午"}
    if found["before"] and found["after"]:
        raise NoTime(found[0])
    if late and 12 < hour < _MIDNIGHT and found["before"]:
        # 下午14:00 is said and written.
        return hour
    if not 0 < hour <= 12 and not (hour == 0 and half == "上午"):
        raise NoTime(found[0])
    return hour % 12 + (12 if late else 0)


def _offset(found: re.Match[str]) -> dt.tzinfo | None:
    if not found["offset"]:
        return None
    if found["sign"] is None:
        return dt.UTC
    if int(found["minutes"] or 0) > 59:
        raise NoTime(found[0])
    ahead = dt.timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return dt.timezone(-ahead if found["sign"] == "-" else ahead)
