"""Schemes: locked by a round, loaded once."""

from __future__ import annotations

import pytest

from changes import perform
from evaluations.errors import Blocked
from evaluations.rounds.models import Round
from evaluations.schemes.actions import (
    SchemeData,
    change_scheme,
    create_scheme,
    load_presets,
    new_scheme_version,
)
from evaluations.schemes.errors import InvalidScheme, SchemeKindInUse, SchemeLocked
from evaluations.schemes.models import Scheme
from evaluations.scoring.presets import MINISTRY_OF_EDUCATION, load_preset
from evaluations.steps.actions.opening import open_round
from safeguards.triggers import REGISTER
from tests.factories.evaluations import DEFINITION, make_story

pytestmark = pytest.mark.django_db


def test_scheme_is_locked_once_a_round_uses_it(story):
    """A change is a new version."""
    scheme = story.round.scheme
    scheme.refresh_from_db()
    data = SchemeData("small", "改", "Changed", "", DEFINITION)
    with pytest.raises(SchemeLocked):
        perform(story.officer, change_scheme, scheme, data)
    newer = perform(story.officer, new_scheme_version, scheme)
    assert (newer.version, newer.locked_at) == (2, None)
    changed = perform(story.officer, change_scheme, newer, data)
    assert changed.name_zh == "改"
    with pytest.raises(InvalidScheme) as refused:
        perform(
            story.officer, change_scheme, newer, SchemeData("small", "x", "x", "", {"object_kind": "cat"})
        )
    assert ("object_kind", "not_a_choice") in {(path, code) for path, code, _ in refused.value.problems}


def test_a_scheme_judges_what_its_drafts_judge():
    """From units to instruments: refused while a draft uses it, and a draft that differs does not open."""
    story = make_story(collecting=False)
    scheme = story.round.scheme
    single = {key: value for key, value in DEFINITION.items() if key != "award_rule"} | {
        "object_kind": "instrument"
    }
    data = SchemeData("small", "改", "Changed", "", single)
    with pytest.raises(SchemeKindInUse, match="2025"):
        perform(story.officer, change_scheme, scheme, data)
    scheme.refresh_from_db()
    assert (scheme.object_kind, scheme.name_en) == ("unit", "Small scheme")
    Round.objects.update(kind="instrument")
    story.round.refresh_from_db()
    with pytest.raises(Blocked) as refused:
        perform(story.officer, open_round, story.round)
    assert [blocker.code for blocker in refused.value.blockers] == ["award_of_instruments", "kind_differs"]
    Round.objects.all().delete()
    assert perform(story.officer, change_scheme, scheme, data).object_kind == "instrument"


def test_the_table_of_the_ministry_judges_universities_alone():
    """Hospitals and firms have no academic year to be judged by."""
    assert load_preset(MINISTRY_OF_EDUCATION).definition.scope.unit_kinds == ("university",)


def test_presets_load_once():
    """Two presets, no double at the second run."""
    assert {scheme.code for scheme in perform(None, load_presets)} == {"inner_mongolia_example", "moe_2000"}
    assert perform(None, load_presets) == []
    assert set(REGISTER)


def test_a_scheme_for_instruments_that_promises_money_is_refused():
    """Once its public words promised a subsidy that nobody ever got."""
    story = make_story(collecting=False)
    paid = {**DEFINITION, "object_kind": "instrument"}
    assert "award_rule" in paid
    with pytest.raises(InvalidScheme) as refused:
        perform(story.officer, create_scheme, SchemeData("paid", "有钱", "Paid", "", paid))
    assert refused.value.problems == (("award_rule", "award_for_units", {}),)
    assert not Scheme.objects.filter(code="paid").exists()


def test_a_scope_of_what_the_register_does_not_know_is_refused():
    """It would leave every instrument out, and its public page once failed on it."""
    story = make_story(collecting=False)
    scope = {"funding": ["own", "lottery"], "unit_kinds": ["farm"]}
    with pytest.raises(InvalidScheme) as refused:
        perform(
            story.officer, create_scheme, SchemeData("odd", "怪", "Odd", "", {**DEFINITION, "scope": scope})
        )
    kinds = "university, research_institute, enterprise, hospital, testing_centre, other"
    assert refused.value.problems == (
        ("scope.funding[1]", "not_a_choice", {"choices": "central, local, own, other"}),
        ("scope.unit_kinds[0]", "not_a_choice", {"choices": kinds}),
    )
    assert not Scheme.objects.filter(code="odd").exists()
