"""What happens to rounds, and what each event leaves on the round's own page."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded, Work
from evaluations.rounds.models import Round, RoundStep


@dataclass(frozen=True, kw_only=True)
class RoundEvent(Recorded):
    """Something that happened to a round as a whole; `target` is the round, locked and written."""

    target: Round


@dataclass(frozen=True, kw_only=True)
class RoundCreated(RoundEvent):
    """The draft of a year's round was made."""

    verb: str = "evaluations.round.created"


@dataclass(frozen=True, kw_only=True)
class RoundChanged(RoundEvent):
    """The terms of a round were changed."""

    verb: str = "evaluations.round.changed"


def note(work: Work, event: RoundEvent) -> None:
    """Emit the event, and keep it as a step of the round with the version that it left."""
    RoundStep.objects.create(
        round=event.target,
        version=event.target.version,
        at=work.now,
        by=work.actor,
        verb=event.verb,
        facts=dict(event.after or {}),
    )
    work.emit(event)
