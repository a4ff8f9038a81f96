"""The small round of the evaluation tests."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.evaluations import Story, make_story

# What one database has of its own is tested on that one alone.
collect_ignore = [] if connection.vendor == "sqlite" else ["results/test_seal_replace.py"]


@pytest.fixture
def story() -> Story:
    """The small round, collecting, every value entered."""
    return make_story()
