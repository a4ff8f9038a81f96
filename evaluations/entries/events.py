"""What happens to values entered for a round."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded


@dataclass(frozen=True, kw_only=True)
class ValueReported(Recorded):
    """A unit reported a value, or reported it anew."""

    verb: str = "evaluations.value.reported"


@dataclass(frozen=True, kw_only=True)
class ValueWithdrawn(Recorded):
    """A reported value was taken back."""

    verb: str = "evaluations.value.withdrawn"


@dataclass(frozen=True, kw_only=True)
class ScoreGiven(Recorded):
    """A judge gave or changed a score."""

    verb: str = "evaluations.score.given"


@dataclass(frozen=True, kw_only=True)
class ScoreWithdrawn(Recorded):
    """A judge took a score back."""

    verb: str = "evaluations.score.withdrawn"
