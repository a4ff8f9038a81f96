"""Rules room: at which times an instrument is out of service."""

from __future__ import annotations

import datetime as dt

from folding.times import LOCAL

IN_SERVICE, RETIRED = "in_service", "retired"


def is_out(state: str, back_on: dt.date | None, moment: dt.datetime) -> bool:
    """Tell whether an instrument in a state cannot be used at a moment; `back_on`: the first day it can be again.

    Without such a day nobody knows, so it is out for good.
    """
    if state == IN_SERVICE:
        return False
    return state == RETIRED or back_on is None or moment.astimezone(LOCAL).date() < back_on
