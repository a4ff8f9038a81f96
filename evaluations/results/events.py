"""What happens to the results of a round."""

from __future__ import annotations

from dataclasses import dataclass

from evaluations.rounds.events import RoundEvent


@dataclass(frozen=True, kw_only=True)
class RoundScored(RoundEvent):
    """Everything in scope was scored, ranked, graded and awarded."""

    verb: str = "evaluations.round.scored"


@dataclass(frozen=True, kw_only=True)
class TieDecided(RoundEvent):
    """The order of equals was decided."""

    verb: str = "evaluations.round.tie_decided"
