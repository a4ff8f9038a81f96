"""What rests on an instrument: upper rooms say it here, so that nobody takes a basis away unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from instruments.inventory.models import Instrument
from members.models import Person


@dataclass(frozen=True, kw_only=True)
class Dependant:
    """One thing that rests on an instrument in [start, end): a booking, a request, a maintenance block."""

    pk: UUID
    start: dt.datetime
    end: dt.datetime
    station: int
    person: Person
    state: str
    is_use: bool
    """Somebody uses the instrument then; maintenance does not count as use."""


Source = Callable[[Instrument, dt.datetime], Iterable[Dependant]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Have a function asked for what rests on an instrument from a moment on; upper rooms do so when loaded."""
    if source not in _sources:
        _sources.append(source)


def coming(instrument: Instrument, now: dt.datetime) -> list[Dependant]:
    """Return everything that rests on an instrument from now on, by start."""
    found = [one for source in _sources for one in source(instrument, now)]
    return sorted(found, key=lambda one: (one.start, one.pk))
