"""Limits of the national record."""

from decimal import Decimal

import pytest

from instruments.inventory.rules.record import TEXT_LIMITS, inside_the_region, too_long


@pytest.mark.parametrize(
    ("longitude", "latitude", "inside"),
    [
        ("111.75", "40.84", True),  # 呼和浩特
        ("97", "37.4", True),
        ("126.1", "53.4", True),
        ("96.99", "40", False),
        ("126.11", "40", False),
        ("111", "37.39", False),
        ("111", "53.41", False),
    ],
)
def test_the_box_around_the_region(longitude, latitude, inside):
    """Its edges belong to it."""
    assert inside_the_region(Decimal(longitude), Decimal(latitude)) is inside


def test_texts_over_their_limit():
    """One character more than allowed is named with the limit."""
    full = {name: "质" * limit for name, limit in TEXT_LIMITS.items()}
    assert too_long(full) == {}
    assert too_long({**full, "functions": "质" * 301, "other": "x" * 9999}) == {"functions": 300}
    assert too_long({}) == {}
