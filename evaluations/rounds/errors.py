"""Refusals of rounds and their steps."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from changes.errors import FieldsRefused, Refusal, StaleVersion


class InvalidRound(FieldsRefused):
    """Fields of a round are wrong."""

    code = "invalid_round"
    message = _("Some fields of the round are wrong.")


class ReasonMissing(Refusal):
    """A step back, or a choice among equals, needs a reason."""

    code = "reason_missing"
    message = _("State the reason; it goes on record.")


class RoundMoved(StaleVersion):
    """Somebody else changed the round after the person saw it; `meanwhile` says what was done, oldest first."""

    def __init__(self, seen: int, found: int, meanwhile: Sequence[str]) -> None:
        super().__init__(seen, found)
        self.meanwhile = tuple(meanwhile)

    def __str__(self) -> str:
        if not self.meanwhile:
            return super().__str__()
        return str(
            _(
                "Nothing was done, for the round has changed since you loaded the page: %(changes)s. Look at it again."
            )
            % {"changes": "; ".join(self.meanwhile)}
        )


class UnitClosed(Refusal):
    """The round was reopened for other units, so this one's values stay."""

    code = "unit_closed"
    message = _("The round was reopened for other units only; the values of this one stay as they are.")


class UnknownUnit(Refusal):
    """A unit that is not judged in the round cannot be reopened."""

    code = "unknown_unit"
    message = _("Choose units that are judged in this round.")
