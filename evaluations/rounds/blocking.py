"""Steps of a round and what stands in their way; the walk says what that is, the lower rooms only ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluations.enums import RoundState
from evaluations.errors import Blocked, Blocker, WrongRoundState
from evaluations.rounds.models import Round

OPEN = "open"
SNAPSHOT = "snapshot"
SCORE = "score"
PUBLICISE = "publicise"
FINALISE = "finalise"


Blockers = Callable[..., list[Blocker]]
"""Called with round, step and its terms by name; names all that is in the way, hard ones first."""

_source: list[Blockers] = []


def ask(source: Blockers) -> None:
    """Say who knows the blockers; the walk does so when the app is loaded."""
    _source[:] = [source]


def refuse_if_blocked(round_: Round, verb: str, wanted: RoundState, **terms: Any) -> None:
    """Check the state and what is in the way. Raises WrongRoundState or Blocked."""
    if round_.state != wanted:
        raise WrongRoundState(round_.state, wanted)
    hard = [blocker for blocker in _source[0](round_, verb, **terms) if blocker.hard]
    if hard:
        raise Blocked(hard)
