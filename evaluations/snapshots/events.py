"""What happens to the snapshots of a round."""

from __future__ import annotations

from dataclasses import dataclass

from evaluations.rounds.events import RoundEvent


@dataclass(frozen=True, kw_only=True)
class SnapshotRequested(RoundEvent):
    """A snapshot was asked for."""

    verb: str = "evaluations.round.snapshot_requested"


@dataclass(frozen=True, kw_only=True)
class SnapshotTaken(RoundEvent):
    """A snapshot was taken whole and closed."""

    verb: str = "evaluations.round.snapshot_done"


@dataclass(frozen=True, kw_only=True)
class SnapshotAbandoned(RoundEvent):
    """A snapshot was given up by a person."""

    verb: str = "evaluations.round.snapshot_abandoned"


@dataclass(frozen=True, kw_only=True)
class SnapshotFailed(RoundEvent):
    """A snapshot could not be taken; another may be asked for."""

    verb: str = "evaluations.round.snapshot_failed"
