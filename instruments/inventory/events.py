"""What happens in the inventory: to instruments, to who keeps them, to the names they are found by."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.inventory.models import ApplicationField, Deputy, Instrument, InstrumentClass, Stewardship


@dataclass(frozen=True, kw_only=True)
class InstrumentAdded(Recorded):
    """An instrument was entered; upper rooms give it what every instrument has."""

    verb: str = "instruments.instrument.created"
    target: Instrument


@dataclass(frozen=True, kw_only=True)
class InstrumentChanged(Recorded):
    """The record of an instrument was changed; `before` and `after` hold what differs."""

    verb: str = "instruments.instrument.changed"
    target: Instrument


@dataclass(frozen=True, kw_only=True)
class StateChanged(Recorded):
    """An instrument has another state, or the same with another note."""

    verb: str = "instruments.instrument.state_changed"
    target: Instrument


@dataclass(frozen=True, kw_only=True)
class InstrumentOutOfService(StateChanged):
    """An instrument cannot be used for now: it is under repair or suspended."""


@dataclass(frozen=True, kw_only=True)
class InstrumentBackInService(StateChanged):
    """An instrument can be used again."""


@dataclass(frozen=True, kw_only=True)
class InstrumentRetired(StateChanged):
    """An instrument will not be used any more."""


@dataclass(frozen=True, kw_only=True)
class StewardNamed(Recorded):
    """A person keeps an instrument from a day on."""

    verb: str = "instruments.stewardship.given"
    target: Stewardship


@dataclass(frozen=True, kw_only=True)
class StewardshipEnded(Recorded):
    """A person no longer keeps an instrument from a day on."""

    verb: str = "instruments.stewardship.ended"
    target: Stewardship


@dataclass(frozen=True, kw_only=True)
class DeputyNamed(Recorded):
    """Somebody stands in for a steward for some days."""

    verb: str = "instruments.deputy.named"
    target: Deputy


@dataclass(frozen=True, kw_only=True)
class DeputyEnded(Recorded):
    """It is over before its last day."""

    verb: str = "instruments.deputy.ended"
    target: Deputy


@dataclass(frozen=True, kw_only=True)
class ClassRenamed(Recorded):
    """A class of instruments has another name."""

    verb: str = "instruments.class.renamed"
    target: InstrumentClass


@dataclass(frozen=True, kw_only=True)
class FieldRenamed(Recorded):
    """An application field has another name."""

    verb: str = "instruments.field.renamed"
    target: ApplicationField
