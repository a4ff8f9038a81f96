"""How refusals of this app reach a program."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from instruments.booking.errors import FreeTime, RulesBroken, SlotTaken
from instruments.terms.errors import Span
from webapi.problems import Problem, named, register_problem


def shown(moment: dt.datetime) -> str:
    """Return a moment as every answer writes it: ISO 8601 in +08:00."""
    return timezone.localtime(moment).isoformat()


def _span(span: Span) -> dict[str, str]:
    return {"start": shown(span.start), "end": shown(span.end)}


def _offer(slot: FreeTime) -> dict[str, Any]:
    return {"instrument": slot.instrument_code, **_span(slot)}


def _slot_taken(error: SlotTaken) -> Problem:
    return Problem(
        409,
        error,
        type=named(error.code),
        extra={
            "conflicts": [_span(span) for span in error.conflicts],
            "alternatives": [_offer(slot) for slot in error.alternatives],
        },
    )


def _rules(error: RulesBroken) -> Problem:
    errors = [
        {
            "rule": problem.rule,
            "message": problem.message,
            "chosen": problem.chosen,
            "required": problem.required,
            "owner": problem.owner,
            "may_waive": problem.may_waive,
        }
        for problem in error.problems
    ]
    return Problem(422, error, type=named(error.code), errors=errors)


def register_problems() -> None:
    """Fill the table; called once, when the addresses are read."""
    register_problem(SlotTaken, _slot_taken)
    register_problem(RulesBroken, _rules)
