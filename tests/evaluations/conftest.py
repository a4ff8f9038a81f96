"""The small round of the evaluation tests."""

from __future__ import annotations

import pytest

from tests.factories.evaluations import Story, make_story


@pytest.fixture
def story() -> Story:
    """The small round, collecting, every value entered."""
    return make_story()
