"""What all refusals of the evaluations app share, and what stands in the way of a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, Sentence


@dataclass(frozen=True)
class Blocker:
    """One thing in the way of a step. A warning (`hard` false) is told, but the step may be taken.

    `message` is a lazy sentence with named placeholders, `values` fill them.
    """

    code: str
    message: Sentence
    values: dict[str, Any]
    hard: bool = True

    def __str__(self) -> str:
        # A lazy plural knows its number only from the values, so it must not become text before them.
        message: Any = self.message
        return str(message % self.values) if self.values else str(message)


class WrongRoundState(Conflict):
    """The round has left the state in which this can be done."""

    code = "wrong_state"
    message = _("The round has moved on, so this step is no longer possible. Load the page again.")

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        self.wanted = wanted
        super().__init__()


class Blocked(Conflict):
    """Something is in the way of a step; `blockers` names all of it."""

    code = "blocked"
    message = _("Something is in the way of this step.")

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        self.blockers = tuple(blockers)
        super().__init__()

    def __str__(self) -> str:
        return " ".join(str(blocker) for blocker in self.blockers)
