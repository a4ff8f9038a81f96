"""Who and what is judged: the scope filter of a scheme."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from evaluations.scoring.definition import Scope
from evaluations.scoring.figures import InstrumentFigures


def instrument_in_scope(
    scope: Scope, *, original_value: Decimal, funding: Sequence[str], joined_on: date, on: date
) -> bool:
    """Whether an instrument counts on the day `on` (the end of the data period).

    Its value reaches the threshold (inclusive), at least one of its funding sources is among those named,
    and it has been on the platform for the months asked.
    """
    return (
        original_value >= scope.min_value_yuan
        and (not scope.funding or any(source in scope.funding for source in funding))
        and months_later(joined_on, scope.months_on_platform) <= on
    )


def unit_in_scope(scope: Scope, *, unit_kind: str, rows: Sequence[InstrumentFigures]) -> bool:
    """Whether a unit is judged: its kind is named and enough of its instruments are in scope."""
    return (not scope.unit_kinds or unit_kind in scope.unit_kinds) and (
        sum(1 for row in rows if row.in_scope) >= scope.min_instruments
    )


def months_later(day: date, months: int) -> date:
    """The same day `months` later; where that month is shorter, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
