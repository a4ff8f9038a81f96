"""Rounding: the two precisions of an evaluation, half up, from exact numbers.

All arithmetic is done in `Fraction`, so that no division is rounded on the way and no sum depends on its
order. Rounding happens at two places only: a metric's value (to `VALUE_PLACES`), before it is scored, so
that what is shown is what counted; and the points of each indicator (to `POINT_PLACES`), so that shown
points add up.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

POINT_PLACES = 2
VALUE_PLACES = 4
HALF = Fraction(1, 2)


def half_up(number: Fraction | Decimal, places: int) -> Decimal:
    """Round exactly to `places` decimals, a half away from zero; the answer carries that many decimals."""
    exact = Fraction(number)
    units = int(abs(exact) * 10**places + HALF)
    # Built from text, because arithmetic on Decimal would round to the ambient context's precision.
    return Decimal(f"{'-' if exact < 0 and units else ''}{units}E-{places}")


def to_points(number: Fraction | Decimal) -> Decimal:
    """Points, to two decimals."""
    return half_up(number, POINT_PLACES)


def to_value(number: Fraction | Decimal) -> Decimal:
    """A metric's value, to four decimals."""
    return half_up(number, VALUE_PLACES)
