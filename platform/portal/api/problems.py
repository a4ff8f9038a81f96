"""How refusals about reports reach a program."""

from __future__ import annotations

from functools import partial

from reporting.errors import InvalidParameters
from webapi.problems import fields_refused, register_problem


def register_problems() -> None:
    """Fill the table; called once, when the addresses are read."""
    register_problem(InvalidParameters, partial(fields_refused, within="parameters"))
