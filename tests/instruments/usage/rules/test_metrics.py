"""Rates worked out of sums."""

from decimal import Decimal

import pytest

from instruments.usage.metrics import percent


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        ("322", "694", "46.40"),  # the ratio of sums behind the published means of 2021
        ("1", "3", "33.33"),
        ("2", "3", "66.67"),
        ("1.00005", "100", "1.00"),
        ("1", "800", "0.13"),  # 0.125: half up
        ("0", "5", "0.00"),
        ("5", "0", "0.00"),
    ],
)
def test_percent(part, whole, share):
    """To two places."""
    assert percent(Decimal(part), Decimal(whole)) == Decimal(share)


@pytest.mark.parametrize(("part", "whole"), [(-1, 1), (1, -1)])
def test_hours_are_never_negative(part, whole):
    """A mistake of the caller."""
    with pytest.raises(ValueError, match="never negative"):
        percent(Decimal(part), Decimal(whole))
