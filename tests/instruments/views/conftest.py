"""Rows that several tests of the pages need."""

from __future__ import annotations

import pytest

from tests.factories.instruments import make_instrument


@pytest.fixture
def other(xrd):
    """Another instrument of the same unit, with two stations."""
    return make_instrument(unit=xrd.unit, station_count=2)
