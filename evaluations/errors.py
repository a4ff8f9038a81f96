"""Refusals of the evaluations app, each a sentence a person can act on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from display.formats import local_datetime

Sentence = str | Promise


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


class EvaluationsError(Exception):
    """Base of all refusals in this app. `message` is translatable, `code` is stable."""

    code = "evaluations"
    message: Sentence = _("This is not possible.")

    def __init__(self, message: Sentence | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class WrongState(EvaluationsError):
    """The round has left the state in which this can be done."""

    code = "wrong_state"
    message = _("The round has moved on, so this step is no longer possible. Load the page again.")

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        self.wanted = wanted
        super().__init__()


class Blocked(EvaluationsError):
    """Something is in the way of a step; `blockers` names all of it."""

    code = "blocked"
    message = _("Something is in the way of this step.")

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        self.blockers = tuple(blockers)
        super().__init__()

    def __str__(self) -> str:
        return " ".join(str(blocker) for blocker in self.blockers)


class InvalidRound(EvaluationsError):
    """Fields of a round are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_round"
    message = _("Some fields of the round are wrong.")

    def __init__(self, fields: dict[str, list[Sentence]]) -> None:
        self.fields = fields
        super().__init__()


class InvalidScheme(EvaluationsError):
    """The definition of a scheme is wrong; `problems` holds path, code and inputs of each (`scoring.problems`)."""

    code = "invalid_scheme"
    message = _("The definition of the scheme is wrong.")

    def __init__(self, problems: Sequence[tuple[str, str, Mapping[str, str]]]) -> None:
        self.problems = tuple(problems)
        super().__init__()


class SchemeLocked(EvaluationsError):
    """A round has used the scheme, so a change needs a new version."""

    code = "scheme_locked"
    message = _("A round uses this scheme, so it no longer changes. Make a new version instead.")


class SchemeKindInUse(SchemeLocked):
    """A draft of a round judges what the scheme judges now, so the scheme cannot turn to something else."""

    code = "scheme_kind_in_use"
    message = _(
        "The draft of the round of %(years)s uses this scheme for what it judges now. "
        "Give the draft another scheme first, or make a new version."
    )

    def __init__(self, years: Sequence[int]) -> None:
        self.years = tuple(years)
        template: Any = self.message
        super().__init__(template % {"years": ", ".join(map(str, self.years))})


class ValueRefused(EvaluationsError):
    """A reported value or given score that the indicator does not take; `field` names where it was entered."""

    code = "value_refused"
    message = _("This value cannot be entered here.")

    def __init__(self, message: Sentence, field: str = "value") -> None:
        self.field = field
        super().__init__(message)


class ConflictOfInterest(EvaluationsError):
    """Nobody scores his own unit."""

    code = "conflict_of_interest"
    message = _("You belong to this unit, so someone else must score it.")


class NotTied(EvaluationsError):
    """An order was given for objects among which a quota does not choose."""

    code = "not_tied"
    message = _("Name exactly those who are equal in every score at the last place of a quota, each once.")


class ReasonMissing(EvaluationsError):
    """A step back, or a choice among equals, needs a reason."""

    code = "reason_missing"
    message = _("State the reason; it goes on record.")


class AlreadyReminded(EvaluationsError):
    """Late units are reminded at most once a day."""

    code = "already_reminded"

    def __init__(self, last: dt.datetime, language: str | None) -> None:
        self.last = last
        when = {"when": local_datetime(last, language)}
        super().__init__(_("The late units were reminded on %(when)s already; once a day is enough.") % when)
