"""What happens in upkeep; each stands in the history under its verb."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.upkeep.models import Fault


@dataclass(frozen=True, kw_only=True)
class FaultEvent(Recorded):
    """Something happened to a fault."""

    target: Fault


@dataclass(frozen=True, kw_only=True)
class FaultReported(FaultEvent):
    """Somebody who uses the instrument says what is wrong with it."""

    verb: str = "instruments.fault.reported"


@dataclass(frozen=True, kw_only=True)
class FaultAcknowledged(FaultEvent):
    """Whoever keeps the instrument has taken the fault up."""

    verb: str = "instruments.fault.acknowledged"


@dataclass(frozen=True, kw_only=True)
class FaultEnded(FaultEvent):
    """The fault is repaired, or was none."""

    verb: str = "instruments.fault.ended"
