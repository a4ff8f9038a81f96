"""What happens in upkeep; each stands in the history under its verb."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.upkeep.models import Breakdown, Fault, UpkeepPlan


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
class FaultRegraded(FaultEvent):
    """The fault is graver, or less grave, than was said."""

    verb: str = "instruments.fault.regraded"


@dataclass(frozen=True, kw_only=True)
class FaultEnded(FaultEvent):
    """The fault is repaired, or was none."""

    verb: str = "instruments.fault.ended"


@dataclass(frozen=True, kw_only=True)
class BreakdownEvent(Recorded):
    """Something happened to a break-down."""

    target: Breakdown


@dataclass(frozen=True, kw_only=True)
class BreakdownReported(BreakdownEvent):
    """An instrument, or some of its stations, stand still because of a fault."""

    verb: str = "instruments.breakdown.reported"


@dataclass(frozen=True, kw_only=True)
class BreakdownChanged(BreakdownEvent):
    """It is expected to last until another moment, or on other stations."""

    verb: str = "instruments.breakdown.changed"


@dataclass(frozen=True, kw_only=True)
class BreakdownEnded(BreakdownEvent):
    """The instrument can be used again; what was still held for it is given back."""

    verb: str = "instruments.breakdown.ended"


@dataclass(frozen=True, kw_only=True)
class PlanEvent(Recorded):
    """Something happened to a plan of upkeep."""

    target: UpkeepPlan


@dataclass(frozen=True, kw_only=True)
class PlanSet(PlanEvent):
    """A plan was made or changed, or time is held for it; `before` is None where it is new."""

    verb: str = "instruments.upkeep.planned"


@dataclass(frozen=True, kw_only=True)
class PlanEnded(PlanEvent):
    """Nothing falls due by the plan any more."""

    verb: str = "instruments.upkeep.ended"


@dataclass(frozen=True, kw_only=True)
class UpkeepRecorded(PlanEvent):
    """It was done on a day."""

    verb: str = "instruments.upkeep.done"
