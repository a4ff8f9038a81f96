"""How refusals of this app reach a program."""

from __future__ import annotations

from members.errors import InvalidUnit, MembersError, NotAllowed
from webapi.problems import Problem, flat, named, register_problem


def _not_allowed(error: NotAllowed) -> Problem:
    return Problem(403, error, type=named(error.code))


def _invalid(error: InvalidUnit) -> Problem:
    return Problem(422, error, type=named(error.code), errors=list(flat(error.fields)))


def _refused(error: MembersError) -> Problem:
    return Problem(409, error, type=named(error.code))


def register_problems() -> None:
    """Fill the table; called once, when the addresses are read."""
    register_problem(MembersError, _refused)
    register_problem(NotAllowed, _not_allowed)
    register_problem(InvalidUnit, _invalid)
