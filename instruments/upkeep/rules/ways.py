"""Rules room: a way out as a page sends it: which station of which instrument, from when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from folding import times
from instruments.booking.rules.free_slots import FreeSlot
from instruments.terms.rules.hours import is_convertible

_MARK = "way"


class Way(NamedTuple):
    """Where a booking is to go; it stays as long as it is."""

    code: str
    station: int
    start: dt.datetime


def way_key(slot: FreeSlot) -> str:
    """Write a free slot as a choice."""
    return f"{_MARK} {slot.instrument_code} {slot.station} {slot.start.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def way_of(choice: str) -> Way | None:
    """Read a choice; None where it is no way out."""
    parts = choice.split(" ")
    if len(parts) != 4 or parts[0] != _MARK or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    try:
        start = times.moment(parts[3])
    except times.NoTime:
        return None
    known = start.tzinfo is not None and is_convertible(start)
    return Way(parts[1], int(parts[2][:4]), start) if known else None


def codes_in(choices: Iterable[str]) -> set[str]:
    """Return the codes of the instruments to which something is to go."""
    return {way.code for choice in choices if (way := way_of(choice)) is not None}
