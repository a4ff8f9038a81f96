"""Places on time grids as CSS classes: the board's five-minute columns, the week's quarter hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from display.formats import local

BOARD_STEP = timedelta(minutes=5)
WEEK_STEP = timedelta(minutes=15)


def _steps(moment: datetime, origin: datetime, step: timedelta, *, up: bool) -> int:
    passed = local(moment) - local(origin)
    whole, rest = divmod(passed, step)
    return whole + 1 if up and rest else whole


def board_place(start: datetime, end: datetime, opens: datetime, closes: datetime) -> str:
    """Give the classes of an interval on a board row from `opens` to `closes`: "s13 e43"; "" when outside.

    What is cut off at an edge says so with the classes "cut-start" and "cut-end".
    """
    if end <= opens or start >= closes:
        return ""
    cuts = [name for name, cut in (("cut-start", start < opens), ("cut-end", end > closes)) if cut]
    first = _steps(max(start, opens), opens, BOARD_STEP, up=False)
    last = max(_steps(min(end, closes), opens, BOARD_STEP, up=True), first + 1)
    return " ".join([f"s{first + 1}", f"e{last + 1}", *cuts])


def week_place(start: datetime, end: datetime, opens: datetime, closes: datetime) -> str:
    """Give the classes of an interval in a day column (`opens` to `closes`): "r12 n10"; "" when outside."""
    if end <= opens or start >= closes:
        return ""
    first = _steps(max(start, opens), opens, WEEK_STEP, up=False)
    last = max(_steps(min(end, closes), opens, WEEK_STEP, up=True), first + 1)
    return f"r{first} n{last - first}"
