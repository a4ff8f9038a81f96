"""The small round of the evaluation tests."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.evaluations import Story, make_story

# What one database has of its own is tested on that one alone.
# A database in memory, as that of the tests of SQLite, shares its tables and knows no cuts.
OWN = {"postgresql": ["snapshots/test_one_cut.py"], "sqlite": ["results/test_seal_replace.py"]}
collect_ignore = [path for vendor, paths in OWN.items() if vendor != connection.vendor for path in paths]


@pytest.fixture
def story() -> Story:
    """The small round, collecting, every value entered."""
    return make_story()
