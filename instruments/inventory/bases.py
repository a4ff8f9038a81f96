"""What others rely on in an instrument beside its service and its hours; upper rooms say what rests on each."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.inventory.models import Instrument


@dataclass(frozen=True)
class Sharing:
    """An instrument was shared in the mode `before`; ask when it is shared otherwise."""

    instrument: Instrument
    before: str


@dataclass(frozen=True)
class Stations:
    """An instrument has more than `count` stations."""

    instrument: Instrument
    count: int
