"""Metrics room: what one instrument's usage adds up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class UsageTotals:
    """Sums over the records of one instrument that start in a period; hours and yuan to two places.

    `external` are the effective hours that served another legal person than the owning one, `internal` all others;
    both sum to `effective`. `external_users` counts people served outside, `served_units` their organisations, each
    once whatever it was called; a use that names none counts as no unit.
    """

    effective: Decimal = ZERO
    external: Decimal = ZERO
    internal: Decimal = ZERO
    income: Decimal = ZERO
    external_income: Decimal = ZERO
    samples: int = 0
    records: int = 0
    external_users: int = 0
    served_units: int = 0


NO_USAGE = UsageTotals()


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return part of whole in percent to two places, half up; a whole of 0 gives 0. Raises ValueError for negatives."""
    if part < 0 or whole < 0:
        raise ValueError("Hours are never negative.")
    return (part * 100 / whole).quantize(ZERO, ROUND_HALF_UP) if whole else ZERO
