"""What is made once for several tests is made once: tests of a group go to one process."""

from __future__ import annotations

import pytest

NAME = "one process"


@pytest.mark.xdist_group(NAME)
def test_the_runner_sees_groups(request):
    """A newer pytest hid them from pytest-xdist without a word, and the network was made twice."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith(f"@{NAME}")
