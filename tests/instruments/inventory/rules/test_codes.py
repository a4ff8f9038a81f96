"""Codes of instruments as people type them."""

import pytest

from instruments.inventory.rules.codes import codes_in


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", []),
        ("  ", []),
        (",", []),
        ("imu-xrd-1", ["IMU-XRD-1"]),
        ("A-1, B-2；C-3、A-1", ["A-1", "B-2", "C-3"]),
        ("，A-1\tB-2 ", ["A-1", "B-2"]),
    ],
)
def test_codes_are_told_apart(typed, codes):
    """In their order, each once, in capitals."""
    assert codes_in(typed) == codes
