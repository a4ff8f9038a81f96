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


@dataclass(frozen=True, kw_only=True)
class ScoringRequested(RoundEvent):
    """The scoring of a round was asked for."""

    verb: str = "evaluations.round.scoring_requested"


@dataclass(frozen=True, kw_only=True)
class ScoringAbandoned(RoundEvent):
    """A scoring was given up by a person."""

    verb: str = "evaluations.round.scoring_abandoned"


@dataclass(frozen=True, kw_only=True)
class ScoringFailed(RoundEvent):
    """A round could not be scored; the step may be taken again."""

    verb: str = "evaluations.round.scoring_failed"
