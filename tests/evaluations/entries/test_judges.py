"""A judge's score has a name and a role for the department, and an officer's own a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from changes import perform
from evaluations.entries.actions import give_score
from evaluations.entries.errors import ScoreNeedsReason
from evaluations.entries.models import GivenScore
from evaluations.entries.queries.coverage import late_units, reporting_gaps, scoring_gaps
from evaluations.entries.queries.waiting import waiting_for
from evaluations.rounds.actions import RoundData, create_round
from evaluations.schemes.actions import load_presets
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.steps.actions.opening import open_round
from evaluations.steps.queries.progress import progress_of
from evaluations.steps.wording.bar import JUDGING, REPORTING
from members.models import Person
from tests.evaluations.walking import final
from tests.factories.evaluations import DATA_END, DATA_START, make_story

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_an_officer_s_score_needs_a_reason_an_expert_s_does_not(story):
    before = GivenScore.objects.get(unit=story.units["BBB"], given_by=story.officer)
    with pytest.raises(ScoreNeedsReason):
        perform(story.officer, give_score, story.round, story.units["BBB"], "effect", Decimal(1), note=" ")
    before.refresh_from_db()
    assert (before.value, before.given_as) == (Decimal(16), "officer")
    given = perform(story.expert, give_score, story.round, story.units["BBB"], "effect", Decimal(1))
    assert given.given_as == "expert"
    page = reverse("evaluations:give", args=[2025])
    refused = client_of(story.officer).post(page, {"score:BBB": "2", "note:BBB": ""})
    assert refused.status_code == 422
    (sentence,) = refused.context["form"].errors["note:BBB"]
    assert sentence == "State the reason: a score of the department goes on record with it."


def test_the_department_sees_who_judged_and_units_do_not(story, django_capture_on_commit_callbacks):
    Person.objects.filter(pk=story.expert.pk).update(display_name="韩立")
    final(story, django_capture_on_commit_callbacks)
    page = reverse("evaluations:rows", args=[2025, "AAA", "effect"])
    seen = client_of(story.officer).get(page).text
    assert "韩立 · Expert" in seen
    assert f"{story.officer} · Department officer" in seen
    unseen = client_of(story.managers["AAA"]).get(page).text
    assert "韩立" not in unseen
    assert "Given by" not in unseen


@pytest.fixture
def single():
    """A round of single instruments that has just begun to collect."""
    story = make_story(collecting=False)
    cheap = story.instruments["AAA-CHEAP"]
    cheap.original_value = Decimal("100")
    cheap.save()
    perform(None, load_presets)
    data = RoundData(2025, Scheme.objects.get(code="moe_2000"), DATA_START, DATA_END, Decimal(0))
    story.round = perform(story.officer, open_round, perform(story.officer, create_round, data))
    return story


def test_an_instrument_round_says_what_is_open_from_its_first_day(single):
    """By values, not by kinds of value; before the snapshot by the instruments that would be in scope."""
    definition = definition_of(single.round.scheme)
    reports = reporting_gaps(single.round, definition)
    kinds = len(reports)
    late = {unit.code: missing for unit, missing in late_units(reports)}
    machines = {"AAA": 2, "BBB": 1, "CCC": 1}  # AAA-CHEAP is below the scheme's threshold
    assert late == {code: count * kinds for code, count in machines.items()}
    stands = progress_of(single.round)
    assert stands.steps[REPORTING].state != "done"
    assert str(4 * kinds) in stands.steps[REPORTING].count
    assert (stands.steps[JUDGING].state == "done") is (not scoring_gaps(single.round, definition))
    (waits,) = waiting_for(single.managers["AAA"])
    assert (waits.round, waits.unit, waits.missing) == (single.round, single.units["AAA"], 2 * kinds)
    assert waits.place == reverse("evaluations:instrument_unit", args=[2025, "AAA"])
    body = client_of(single.managers["AAA"]).get(reverse("portal:me")).text
    assert "round of single instruments, 2025" in body
