"""How refusals of this app reach a program."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from changes import StaleVersion
from changes.errors import Unresolved
from instruments.booking.errors import Offer, RulesBroken, SlotTaken, WrongState
from instruments.errors import FieldsRefused, InstrumentsError
from instruments.inventory.errors import InvalidInstrument
from instruments.terms.errors import Span
from webapi.problems import Problem, flat, named, register_problem
from webapi.versions import stale


def shown(moment: dt.datetime) -> str:
    """Return a moment as every answer writes it: ISO 8601 in +08:00."""
    return timezone.localtime(moment).isoformat()


def _span(span: Span) -> dict[str, str]:
    return {"start": shown(span.start), "end": shown(span.end)}


def _offer(slot: Offer) -> dict[str, Any]:
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


def _conflict(error: WrongState) -> Problem:
    return Problem(409, error, type=named(error.code))


def _rules(error: RulesBroken) -> Problem:
    errors = [
        {
            "rule": problem.rule,
            "message": problem.message,
            "chosen": problem.chosen,
            "required": problem.required,
        }
        for problem in error.problems
    ]
    return Problem(422, error, type=named(error.code), errors=errors)


def _fields(error: FieldsRefused | InvalidInstrument | Unresolved) -> Problem:
    return Problem(422, error, type=named(error.code), errors=list(flat(error.fields)))


def _refused(error: InstrumentsError) -> Problem:
    return Problem(422, error, type=named(error.code))


def register_problems() -> None:
    """Fill the table; called once, when the addresses are read."""
    register_problem(InstrumentsError, _refused)
    register_problem(SlotTaken, _slot_taken)
    register_problem(WrongState, _conflict)
    register_problem(StaleVersion, stale)
    register_problem(RulesBroken, _rules)
    register_problem(FieldsRefused, _fields)
    register_problem(InvalidInstrument, _fields)
    register_problem(Unresolved, _fields)
