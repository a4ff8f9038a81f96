"""What one unit reported, was given and got, beside a second and a third unit and a second judge."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from changes import perform
from evaluations.entries.actions import give_score
from evaluations.entries.queries.coverage import judged_instruments, why_not_judged
from evaluations.entries.queries.entered import reported_by_unit
from evaluations.results.models import Award, Result
from evaluations.results.queries.provisional import earlier_result
from evaluations.results.queries.rows import entered_rows, rows_of
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.steps.actions.publication import publicise_round
from portal.queries.units import published_results
from tests.evaluations.walking import BEFORE_PUBLICITY, DAY_AFTER, FRIDAY, MONDAY, scored
from tests.factories.evaluations import RoundFactory

pytestmark = pytest.mark.django_db

TASKS = {"AAA": [Decimal(4)], "BBB": [Decimal(1)], "CCC": [None]}
SCORES = {"AAA": [Decimal(15), Decimal(18)], "BBB": [Decimal(16)], "CCC": [Decimal(10)]}
TOTALS = {"AAA": Decimal("84.50"), "BBB": Decimal("81.00"), "CCC": Decimal("10.00")}
MACHINES = {"AAA": ["AAA-1", "AAA-2", "AAA-CHEAP"], "BBB": ["BBB-1"], "CCC": ["CCC-1"]}


def client_of(person) -> Client:
    """A browser, signed in."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def shown(story, django_capture_on_commit_callbacks):
    """The round, publicised; the clock stands after it."""
    scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    with time_machine.travel(DAY_AFTER, tick=False):
        story.round = Round.objects.select_related("scheme").get()
        yield story


@pytest.mark.parametrize("code", TASKS)
def test_a_unit_s_form_holds_its_own_numbers(story, code):
    """Its manager's and the department's alike."""
    address = reverse("evaluations:unit", args=[2025, code])
    for person in (story.managers[code], story.officer):
        page = client_of(person).get(address)
        (tasks,) = TASKS[code]
        assert page.context["form"]["tasks"].value() == ("" if tasks is None else str(tasks))
    for other in set(TASKS) - {code}:
        assert client_of(story.managers[other]).get(address).status_code == 404


def test_a_judge_s_form_holds_his_own_scores(story):
    """The officer gave 15, 16 and 10, the expert 18 to one of them; with what each unit reported beside it."""
    address = reverse("evaluations:give", args=[2025])
    for person, given in (
        (story.officer, {"AAA": 15, "BBB": 16, "CCC": 10}),
        (story.expert, {"AAA": 18, "BBB": None, "CCC": None}),
    ):
        form = client_of(person).get(address).context["form"]
        assert {one.code: score.value() for one, score, _note in form.rows() if one.code in given} == given
    reported = reported_by_unit(story.round, definition_of(story.round.scheme))
    assert {pk: [row.value for row in rows] for pk, rows in reported.items()} == {
        story.units[code].pk: TASKS[code] for code in ("AAA", "BBB")
    }


@pytest.mark.parametrize("code", TASKS)
def test_what_stands_behind_a_result_is_of_its_unit(shown, code):
    """Rows, numbers, scores; the unit's page and its list of results; what the next round goes by."""
    unit, round_ = shown.units[code], shown.round
    definition = definition_of(round_.scheme)
    leaves = {leaf.code: leaf for leaf in definition.leaves()}
    result = Result.objects.select_related("round").get(unit=unit)
    assert result.score == TOTALS[code]
    assert sorted(row.instrument_code for row in rows_of(result)) == MACHINES[code]
    assert [row.value for row in entered_rows(result, leaves["tasks"])] == TASKS[code]
    assert [row.value for row in entered_rows(result, leaves["effect"])] == SCORES[code]
    assert [one.score for one in published_results(unit)] == [TOTALS[code]]
    assert [one.code for one in judged_instruments(round_, definition, unit)] == [
        name for name in MACHINES[code] if not name.endswith("CHEAP")
    ]
    assert why_not_judged(round_, definition, unit).registered == len(MACHINES[code])
    earlier = earlier_result(RoundFactory(year=2026), unit.pk)
    assert earlier.result == result
    assert earlier.award == Award.objects.filter(unit=unit).first()


def test_a_score_of_a_second_judge_changes_nothing_of_the_first(story):
    """Nor one for a second unit."""
    perform(story.expert, give_score, story.round, story.units["BBB"], "effect", Decimal(2))
    given = story.round.given_scores.values_list("unit__code", "given_by", "value")
    assert set(given) == {
        *(
            (code, story.officer.pk, Decimal(value))
            for code, value in (("AAA", 15), ("BBB", 16), ("CCC", 10))
        ),
        ("AAA", story.expert.pk, Decimal(18)),
        ("BBB", story.expert.pk, Decimal(2)),
    }
