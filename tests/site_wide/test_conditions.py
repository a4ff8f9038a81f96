"""What every test may rely on: nothing is left behind by another, and nothing is made that it did not ask for."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_test_reads_in_another_s_language(language):
    """Each time the language is the site's own, whatever the test before left active."""
    assert translation.get_language() == "zh-hans"
    translation.activate("en")


@pytest.mark.parametrize("value", [1, 2])
def test_no_test_finds_what_another_kept(value):
    """Nor does it meet another's counters."""
    assert cache.get("conditions") is None
    cache.set("conditions", value)


def test_who_asks_for_no_database_gets_none(request):
    """Pure arithmetic starts at once."""
    assert "django_db_setup" not in request.fixturenames
