"""Refusals of reported values and given scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Refusal, Sentence


class ValueRefused(Refusal):
    """A reported value or given score that the indicator does not take; `field` names where it was entered."""

    code = "value_refused"
    message = _("This value cannot be entered here.")

    def __init__(self, message: Sentence, field: str = "value") -> None:
        self.field = field
        super().__init__(message)


class ConflictOfInterest(Refusal):
    """Nobody scores their own unit."""

    code = "conflict_of_interest"
    message = _("You belong to this unit, so someone else must score it.")


class ScoreNeedsReason(Refusal):
    """An officer's own score weighs like an expert's, so it is given with a reason."""

    code = "score_needs_reason"
    message = _("State the reason: a score of the department goes on record with it.")
