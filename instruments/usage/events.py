"""What happens to usage records, for whoever subscribes; each stands in the history under its verb."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.usage.models import UsageRecord


@dataclass(frozen=True, kw_only=True)
class UsageEvent(Recorded):
    """Something happened to a usage record."""

    target: UsageRecord


@dataclass(frozen=True, kw_only=True)
class UsageRecorded(UsageEvent):
    """A use counts from now on."""

    verb: str = "instruments.usage.recorded"


@dataclass(frozen=True, kw_only=True)
class UsageCorrected(UsageEvent):
    """Another record counts in the place of `replaced`."""

    verb: str = "instruments.usage.corrected"
    replaced: UsageRecord


@dataclass(frozen=True, kw_only=True)
class UsageMoved(UsageCorrected):
    """The record that counts instead stands on another instrument or station."""

    verb: str = "instruments.usage.moved"


@dataclass(frozen=True, kw_only=True)
class UsageVoided(UsageEvent):
    """The use never happened: it counts no longer, and nothing in its place."""

    verb: str = "instruments.usage.voided"


@dataclass(frozen=True, kw_only=True)
class UsageAgreed(UsageEvent):
    """A custodian said that a record nobody wrote by hand is right."""

    verb: str = "instruments.usage.agreed"
