"""How much of the national record is filled in."""

from decimal import Decimal

import pytest

from instruments.inventory.rules.completeness import RECORD, Completeness, completeness

FULL = dict.fromkeys(RECORD, "x")


def test_a_full_record_and_none():
    """31 columns."""
    assert len(RECORD) == 31
    assert completeness(FULL) == Completeness(Decimal("100.0"), ())
    assert completeness({}) == Completeness(Decimal("0.0"), RECORD)


@pytest.mark.parametrize("empty", [None, "", " \n", [], (), 0, Decimal("0.00")])
def test_what_is_empty(empty):
    """30 of 31 are 96.774 percent, 96.8 to one place."""
    assert completeness({**FULL, "model": empty}) == Completeness(Decimal("96.8"), ("model",))


def test_half_a_tenth_goes_up():
    """What is no column of the record does not count: 2 of 31 missing are 93.548, 93.5."""
    found = completeness({**FULL, "model": "", "country": "", "other": ""})
    assert found == Completeness(Decimal("93.5"), ("country", "model"))
