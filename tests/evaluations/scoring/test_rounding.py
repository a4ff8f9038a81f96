"""Half up, exactly."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from evaluations.scoring.rounding import half_up, to_points, to_value


@pytest.mark.parametrize(
    ("number", "places", "expected"),
    [
        (Decimal("0.005"), 2, "0.01"),
        (Decimal("0.0049"), 2, "0.00"),
        (Decimal("2.675"), 2, "2.68"),
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(2, 3), 4, "0.6667"),
        (Decimal("-0.005"), 2, "-0.01"),
        (Decimal("-0.001"), 2, "0.00"),
        (Decimal(7), 2, "7.00"),
    ],
)
def test_half_up_rounds_a_half_away_from_zero(number, places, expected):
    assert str(half_up(number, places)) == expected


def test_half_up_does_not_depend_on_the_ambient_precision():
    with localcontext() as context:
        context.prec = 3
        assert half_up(Decimal("123456789.125"), 2) == Decimal("123456789.13")


def test_points_have_two_places_and_values_four():
    assert str(to_points(Decimal(1))) == "1.00"
    assert str(to_value(Decimal(1))) == "1.0000"
