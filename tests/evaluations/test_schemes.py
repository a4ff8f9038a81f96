"""Schemes: locked by a round, loaded once."""

from __future__ import annotations

import pytest

from evaluations.actions.schemes import SchemeData, change_scheme, load_presets, new_scheme_version
from evaluations.errors import InvalidScheme, SchemeLocked
from safeguards.triggers import REGISTER
from tests.factories.evaluations import DEFINITION

pytestmark = pytest.mark.django_db


def test_scheme_is_locked_once_a_round_uses_it(story):
    """A change is a new version."""
    scheme = story.round.scheme
    scheme.refresh_from_db()
    data = SchemeData("small", "改", "Changed", "", DEFINITION)
    with pytest.raises(SchemeLocked):
        change_scheme(scheme, data, actor=story.officer)
    newer = new_scheme_version(scheme, actor=story.officer)
    assert (newer.version, newer.locked_at) == (2, None)
    changed = change_scheme(newer, data, actor=story.officer)
    assert changed.name_zh == "改"
    with pytest.raises(InvalidScheme) as refused:
        change_scheme(newer, SchemeData("small", "x", "x", "", {"object_kind": "cat"}), actor=story.officer)
    assert ("object_kind", "not_a_choice") in {(path, code) for path, code, _ in refused.value.problems}


def test_presets_load_once():
    """Two presets, no double at the second run."""
    assert {scheme.code for scheme in load_presets()} == {"inner_mongolia_example", "moe_2000"}
    assert load_presets() == []
    assert set(REGISTER)
