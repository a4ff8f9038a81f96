"""The simulator: other terms on stored scores, by hand; nothing is written, bad terms are told at the field."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from evaluations.results.models import Award, Result
from evaluations.results.queries.results import ranked_table
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.parsing import parse_scheme
from evaluations.steps.forms.simulator import SimulatorForm
from evaluations.steps.queries.simulation import Simulation, Terms, present_terms, simulate
from tests.evaluations.walking import final, scored
from tests.factories.evaluations import DEFINITION, RoundFactory

pytestmark = pytest.mark.django_db


def tried(story, **values: str) -> Simulation:
    """What the simulator makes of the round with these values in the address."""
    definition = definition_of(story.round.scheme)
    form = SimulatorForm(definition, present_terms(story.round, definition), data=values)
    assert form.is_valid(), form.errors
    return simulate(story.round, ranked_table(story.round, definition), form.terms())


def amounts(simulation: Simulation) -> dict[str, Decimal]:
    """Award by unit."""
    assert simulation.allocation is not None
    return {share.code: share.amount for share in simulation.allocation.shares}


def problems(story, **values: str) -> dict[str, list[str]]:
    """What the form says at which field."""
    definition = definition_of(story.round.scheme)
    with override("en"):
        form = SimulatorForm(definition, present_terms(story.round, definition), data=values)
        assert not form.is_valid()
        return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def test_the_rounds_own_terms_give_its_own_results(story, django_capture_on_commit_callbacks):
    """Nobody moves, every award is the stored one, the difference is nought."""
    scored(story, django_capture_on_commit_callbacks)
    simulation = tried(story)
    assert simulation.moves == ()
    assert (simulation.kept_units, simulation.kept_change) == (2, Decimal("0.00"))
    assert amounts(simulation) == dict(Award.objects.values_list("unit__code", "amount"))
    assert [(line.grade, line.before, line.after) for line in simulation.grades] == [
        ("excellent", 1, 1), ("good", 1, 1), ("pass", 0, 0), ("fail", 1, 1),
    ]  # fmt: skip
    assert (simulation.base, simulation.performance) == (Decimal("1500.00"), Decimal("8500.01"))


def test_a_wider_quota_lifts_the_second(story, django_capture_on_commit_callbacks):
    """Two excellent: bases 2,000; rest 8,000.01 by 169 to 162 of 331.

    AAA 800,001 × 169 ÷ 331 = 408,459.85 fen; BBB 391,541.15 fen; the spare fen goes to AAA: 4,084.60 and 3,915.41.
    """
    scored(story, django_capture_on_commit_callbacks)
    simulation = tried(story, quota_excellent="2")
    assert amounts(simulation) == {"AAA": Decimal("5084.60"), "BBB": Decimal("4915.41")}
    (move,) = simulation.moves
    assert (move.unit.code, move.before, move.after, move.up) == ("BBB", "good", "excellent", True)
    assert move.change == Decimal("4915.41") - Decimal("3254.00")
    assert simulation.kept_change == Decimal("5084.60") - Decimal("6746.01")
    assert move.change + simulation.kept_change == 0
    assert sum(dot.moved for dot in simulation.strip.dots) == 1


def test_a_low_cap_leaves_a_remainder(story, django_capture_on_commit_callbacks):
    """Both at 3,000: 4,000.01 goes to nobody, and the simulation says why."""
    scored(story, django_capture_on_commit_callbacks)
    simulation = tried(story, cap="3000")
    assert simulation.allocation is not None
    assert (simulation.allocation.unallocated, simulation.allocation.unallocated_reason) == (
        Decimal("4000.01"), "all_at_cap",
    )  # fmt: skip
    nobody = tried(story, cut_off_excellent="99", cut_off_good="98", cut_off_pass="97")
    assert nobody.allocation is not None
    assert nobody.allocation.unallocated_reason == "nobody_eligible"
    assert [line.after for line in nobody.grades] == [0, 0, 0, 3]
    assert tried(story, budget="900").allocation.base_reduced


def test_bad_terms_are_told_at_their_field(story, django_capture_on_commit_callbacks):
    """Order of the cut-offs and base sums, the cap, and what is no number."""
    scored(story, django_capture_on_commit_callbacks)
    assert problems(story, cut_off_good="80") == {"cut_off_good": ["Must be below that of “Excellent”, 80."]}
    assert problems(story, base_good="1000.01") == {
        "base_good": ["Must not be above that of “Excellent”, 1,000."]
    }
    assert set(problems(story, cap="600")) == {"base_excellent"}
    assert set(problems(story, cut_off_pass="x", quota_good="-1", budget="1.001", cut_off_excellent="")) == {
        "cut_off_pass", "quota_good", "budget", "cut_off_excellent",
    }  # fmt: skip
    assert set(problems(story, budget="NaN", cut_off_good="101")) == {"budget", "cut_off_good"}


def test_page_tries_and_writes_nothing(story, django_capture_on_commit_callbacks):
    """The officer's page answers in place, also after the seal; before scoring there is no simulator."""
    desk = Client(headers={"accept-language": "en"})
    desk.force_login(story.officer)
    path = reverse("admin:evaluations_round_change", args=[story.round.pk])
    assert 'id="simulator"' not in desk.get(path).content.decode()
    final(story, django_capture_on_commit_callbacks)
    before = [list(model.objects.order_by("pk").values()) for model in (Result, Award)]
    with CaptureQueriesContext(connection) as queries:
        body = desk.get(path, {"quota_excellent": "2"}).content.decode()
    assert len(queries) <= 17
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    for said in ("Good → Excellent", "+¥1,661.41", "tried: Excellent", "in the round: 1"):
        assert said in body, said
    wrong = desk.get(path, {"cut_off_good": "90"})
    assert wrong.status_code == 200
    assert "Must be below that of “Excellent”, 80." in wrong.content.decode()
    assert [list(model.objects.order_by("pk").values()) for model in (Result, Award)] == before
    manager = Client()
    manager.force_login(story.managers["AAA"])
    assert manager.get(path, {"quota_excellent": "2"}).status_code == 302


def test_a_scheme_without_award_tries_grades_alone(story, django_capture_on_commit_callbacks):
    """No sums in the form, none in the answer."""
    scored(story, django_capture_on_commit_callbacks)
    definition = definition_of(story.round.scheme)
    terms = Terms(definition.grade_rule, None, story.round.budget)
    form = SimulatorForm(definition, terms, data={})
    assert form.is_valid()
    assert form.sums() == []
    assert simulate(story.round, ranked_table(story.round, definition), form.terms()).allocation is None


def test_a_quota_is_a_share_or_a_number_as_the_scheme_has_it():
    """And grades without a line of their own are not asked for."""
    rule = {
        "cut_offs": {"excellent": "80", "pass": "40"},
        "quotas": {"excellent": {"kind": "percent", "value": "12.5"}},
    }
    award = DEFINITION["award_rule"] | {"grade_weights": {"excellent": "2"}, "base_sums": {}}
    definition = parse_scheme(DEFINITION | {"grade_rule": rule, "award_rule": award})
    terms = present_terms(RoundFactory.build(budget=Decimal(5)), definition)
    form = SimulatorForm(definition, terms, data={})
    assert "cut_off_good" not in form.fields
    assert form.is_valid(), form.errors
    assert form.terms().grade_rule.quotas["excellent"].value == Decimal("12.5")
    assert SimulatorForm(definition, terms, data={"quota_excellent": "20.5"}).is_valid()
    assert set(SimulatorForm(definition, terms, data={"quota_excellent": "100.01"}).errors) == {
        "quota_excellent"
    }
