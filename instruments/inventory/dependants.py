"""Time held on an instrument, as what rests on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from changes.dependants import Dependant, resting_on
from instruments.inventory.models import Instrument


@dataclass(frozen=True, kw_only=True)
class HeldTime(Dependant):
    """A booking, a request or a maintenance block on a station of an instrument."""

    start: dt.datetime
    end: dt.datetime
    station: int
    is_use: bool
    """Somebody uses the instrument then; maintenance does not count as use."""


def coming(instrument: Instrument, now: dt.datetime) -> list[HeldTime]:
    """Return the time held on an instrument from now on, by start."""
    return [one for one in resting_on(instrument, now) if isinstance(one, HeldTime)]
