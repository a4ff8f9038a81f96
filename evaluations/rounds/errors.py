"""Refusals of rounds and their steps."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from evaluations.errors import EvaluationsError, Sentence


class InvalidRound(EvaluationsError):
    """Fields of a round are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_round"
    message = _("Some fields of the round are wrong.")

    def __init__(self, fields: dict[str, list[Sentence]]) -> None:
        self.fields = fields
        super().__init__()


class ReasonMissing(EvaluationsError):
    """A step back, or a choice among equals, needs a reason."""

    code = "reason_missing"
    message = _("State the reason; it goes on record.")
