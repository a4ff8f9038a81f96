"""How refusals about reports reach a program."""

from __future__ import annotations

from reporting.errors import (
    InvalidParameters,
    NotAllowed,
    ReportError,
    TooManyRuns,
    UnknownKind,
    WrongState,
)
from webapi.problems import Problem, flat, named, register_problem


def _refused(error: ReportError) -> Problem:
    return Problem(422, error, type=named(error.code))


def _unknown_kind(error: UnknownKind) -> Problem:
    return Problem(422, error, type=named(error.code), errors=[{"field": "kind", "message": error}])


def _parameters(error: InvalidParameters) -> Problem:
    return Problem(422, error, type=named(error.code), errors=list(flat(error.fields, "parameters")))


def _conflict(error: TooManyRuns | WrongState) -> Problem:
    return Problem(409, error, type=named(error.code))


def _not_allowed(error: NotAllowed) -> Problem:
    return Problem(403, error, type=named(error.code))


def register_problems() -> None:
    """Fill the table; called once, when the addresses are read."""
    register_problem(ReportError, _refused)
    register_problem(UnknownKind, _unknown_kind)
    register_problem(InvalidParameters, _parameters)
    register_problem(TooManyRuns, _conflict)
    register_problem(WrongState, _conflict)
    register_problem(NotAllowed, _not_allowed)
