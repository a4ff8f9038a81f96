"""What happens on the walk of a round."""

from __future__ import annotations

from dataclasses import dataclass

from evaluations.rounds.events import RoundEvent


@dataclass(frozen=True, kw_only=True)
class RoundOpened(RoundEvent):
    """A draft was opened: units report, experts score."""

    verb: str = "evaluations.round.opened"


@dataclass(frozen=True, kw_only=True)
class RoundReopened(RoundEvent):
    """A scored round collects again."""

    verb: str = "evaluations.round.reopened"


@dataclass(frozen=True, kw_only=True)
class ResultsPublicised(RoundEvent):
    """Proposed results are shown for objection."""

    verb: str = "evaluations.round.publicised"


@dataclass(frozen=True, kw_only=True)
class PublicityWithdrawn(RoundEvent):
    """Proposed results are no longer shown."""

    verb: str = "evaluations.round.publicity_withdrawn"


@dataclass(frozen=True, kw_only=True)
class RoundFinalised(RoundEvent):
    """Results are final and sealed."""

    verb: str = "evaluations.round.finalised"


@dataclass(frozen=True, kw_only=True)
class LateUnitsReminded(RoundEvent):
    """Managers of units with values open were reminded."""

    verb: str = "evaluations.round.reminded"
