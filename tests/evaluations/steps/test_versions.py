"""Every confirmed step carries the version that was seen: what is stale is refused with what happened meanwhile."""

from __future__ import annotations

import json
from decimal import Decimal
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from changes import perform
from evaluations.rounds.errors import RoundMoved
from evaluations.rounds.models import Round, RoundStep
from evaluations.schemes.actions import SchemeData, change_scheme, create_scheme
from evaluations.schemes.errors import SchemeLocked
from evaluations.schemes.models import Scheme
from evaluations.steps.actions.correction import NewTerms, change_terms
from evaluations.steps.admin.acts import ACTS
from tests.evaluations.walking import snapshot_of
from tests.factories.members import make_officer

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


VALUES = {
    "reason": "因故",
    "units": (),
    "order": ("AAA", "BBB"),
    "first": None,
    "last": None,
    "back_to": "collecting",
    "collecting_until": None,
    "budget": Decimal(1),
}


@pytest.mark.parametrize("verb", sorted(ACTS))
def test_every_step_refuses_a_stale_version(story, verb, django_capture_on_commit_callbacks):
    """Whatever the state: version first, so that nobody acts on what they have not seen."""
    if verb == "abandon":
        with django_capture_on_commit_callbacks(execute=False):
            perform(story.officer, ACTS["snapshot"].do, story.round, None, {})
    now = Round.objects.get(pk=story.round.pk)
    rows = (Entry.objects.count(), RoundStep.objects.count())
    with pytest.raises(RoundMoved) as refused:
        perform(
            story.officer,
            ACTS[verb].do,
            now,
            now.version + 1,
            {**VALUES, "scheme": now.scheme},
        )
    assert (refused.value.seen, refused.value.found) == (now.version + 1, now.version)
    assert (Entry.objects.count(), RoundStep.objects.count()) == rows


def test_scoring_on_terms_that_changed_meanwhile_is_refused_and_says_so(
    story, django_capture_on_commit_callbacks
):
    snapshot_of(story, django_capture_on_commit_callbacks)
    page = reverse("admin:evaluations_round_act", args=[story.round.pk, "score"])
    client = client_of(story.officer)
    seen = client.get(page).context["round"].version
    other = make_officer(display_name="乙处长")
    terms = NewTerms(story.round.scheme, Decimal("3000.00"), story.round.collecting_until)
    perform(other, change_terms, story.round, terms, reason="预算调减")
    answer = client.post(page, {"version": seen})
    told = [str(message) for message in answer.context["messages"]]
    assert len(told) == 1
    assert told[0].startswith(
        "Nothing was done, for the round has changed since you loaded the page: Terms changed (乙处长, "
    )
    assert Round.objects.get(pk=story.round.pk).state == "collecting"
    # The page now carries the version that its reader has been told of.
    assert answer.context["round"].version == seen + 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"version": seen + 1})
    assert Round.objects.get(pk=story.round.pk).state == "scored"


def data_of(scheme: Scheme, **changes: object) -> dict[str, object]:
    return {
        "code": scheme.code,
        "name_zh": scheme.name_zh,
        "name_en": scheme.name_en,
        "note": scheme.note,
        "definition": json.dumps(scheme.definition, ensure_ascii=False),
        **changes,
    }


def test_two_officers_do_not_overwrite_each_other_s_scheme(story):
    held = story.round.scheme
    data = SchemeData("other", "另一方案", "Another scheme", "", held.definition)
    scheme = perform(story.officer, create_scheme, data)
    page = reverse("admin:evaluations_scheme_change", args=[scheme.pk])
    client = client_of(story.officer)
    seen = client.get(page).context["adminform"].form.initial["version"]
    assert seen == 1
    other = make_officer()
    perform(other, change_scheme, scheme, SchemeData("other", "甲改", "Another scheme", "", held.definition))
    answer = client.post(page, data_of(scheme, name_zh="乙改", version=seen))
    form = answer.context["adminform"].form
    (told,) = form.non_field_errors()
    assert told.startswith("Nothing was saved, for someone has changed this scheme since you loaded it.")
    assert form["name_zh"].value() == "乙改"
    assert [str(message) for message in answer.context["messages"]] == []
    scheme.refresh_from_db()
    assert (scheme.name_zh, scheme.edit) == ("甲改", 2)
    client.post(page, data_of(scheme, name_zh="乙改", version=form["version"].value()))
    scheme.refresh_from_db()
    assert (scheme.name_zh, scheme.edit) == ("乙改", 3)


def test_a_scheme_that_was_locked_meanwhile_keeps_what_was_typed_and_says_one_thing(story):
    """Once "not saved" and "saved" stood side by side, and everything typed was gone."""
    scheme = Scheme.objects.create(
        code="free",
        name_zh="未用",
        name_en="Unused",
        object_kind="unit",
        definition=story.round.scheme.definition,
    )
    page = reverse("admin:evaluations_scheme_change", args=[scheme.pk])
    with mock.patch("evaluations.schemes.forms.schemes.change_scheme", side_effect=SchemeLocked):
        answer = client_of(story.officer).post(page, data_of(scheme, name_zh="乙改", version=1))
    form = answer.context["adminform"].form
    assert form.non_field_errors() == [
        "A round uses this scheme, so it no longer changes. Make a new version instead."
    ]
    assert (form["name_zh"].value(), [str(one) for one in answer.context["messages"]]) == ("乙改", [])


def test_terms_of_a_draft_are_not_overwritten_unseen(story):
    draft = Round.objects.create(
        year=2031,
        scheme=story.round.scheme,
        data_start=story.round.data_start,
        data_end=story.round.data_end,
        budget=5,
    )
    page = reverse("admin:evaluations_round_terms", args=[draft.pk])
    client = client_of(story.officer)
    sent = {
        "year": 2031,
        "scheme": draft.scheme_id,
        "first_day": "2030-01-01",
        "last_day": "2030-12-31",
        "budget": "7.00",
        "version": 1,
    }
    Round.objects.filter(pk=draft.pk).update(version=2)
    answer = client.post(page, sent)
    assert answer.context["adminform"].form.non_field_errors() == [
        "Someone has changed this in the meantime. Look at the new state and try again."
    ]
    draft.refresh_from_db()
    assert draft.budget == 5
    client.post(page, sent | {"version": 2})
    draft.refresh_from_db()
    assert draft.budget == 7
