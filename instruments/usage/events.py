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
