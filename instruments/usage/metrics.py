"""Metrics room: what one instrument's usage adds up to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class UsageTotals:
    """Sums over the records of one instrument that start in a period; hours and yuan to two places.

    This is the list of the figures: the columns of a snapshot and what the arithmetic of an evaluation reads bear the
    same names. `external_*` is the part that served another legal person than the owning one. `external_users` counts
    people served outside, `served_units` their organisations, each once whatever it was called; a use that names none
    counts as no unit.
    """

    effective_hours: Decimal = ZERO
    external_hours: Decimal = ZERO
    income: Decimal = ZERO
    external_income: Decimal = ZERO
    samples: int = 0
    records: int = 0
    external_records: int = 0
    external_users: int = 0
    served_units: int = 0

    @property
    def internal_hours(self) -> Decimal:
        """Effective hours for users of the owning legal person."""
        return self.effective_hours - self.external_hours

    @property
    def internal_income(self) -> Decimal:
        """Income from users of the owning legal person (yuan)."""
        return self.income - self.external_income


NO_USAGE = UsageTotals()
FIGURES = tuple(field.name for field in fields(UsageTotals))
"""What the totals are called, wherever they are copied."""


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return part of whole in percent to two places, half up; a whole of 0 gives 0. Raises ValueError for negatives."""
    if part < 0 or whole < 0:
        raise ValueError("Hours are never negative.")
    return (part * 100 / whole).quantize(ZERO, ROUND_HALF_UP) if whole else ZERO
