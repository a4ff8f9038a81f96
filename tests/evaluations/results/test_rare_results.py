"""Results that are rarely met: nothing to verify, rows that are gone, grades by a rule, awards by other measures."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from changes import perform
from evaluations.entries.actions import give_score
from evaluations.entries.dependants import _scores
from evaluations.entries.queries.coverage import judged_instruments, why_not_judged
from evaluations.results.actions import scoring_runs
from evaluations.results.actions.scoring_runs import request_scoring
from evaluations.results.api import ResultSerializer
from evaluations.results.forms import units_of
from evaluations.results.models import Award, IndicatorScore, Result, ScoringRun
from evaluations.results.queries.awards import share_of_rest
from evaluations.results.queries.explanation import reason_of
from evaluations.results.queries.outcome import outcome_of
from evaluations.results.queries.results import as_then
from evaluations.results.queries.rows import measured_rows
from evaluations.results.queries.seal import round_seal
from evaluations.results.queries.verification import differences, verification
from evaluations.results.reports import annual_evaluation, unit_score_card
from evaluations.results.reports.method import method_section
from evaluations.results.wording.gains import gains
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.evaluate import score_object
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.parsing import parse_scheme
from evaluations.snapshots.measuring import fresh_rows
from evaluations.snapshots.models import SnapshotRow
from evaluations.snapshots.queries.afterwards import _worded
from members.models import MemberUnit
from reporting.document import Note, Paragraph
from reporting.errors import ReportError
from tests.evaluations.walking import AFTER_DEADLINE, final, scored, snapshot_of
from tests.factories.evaluations import DEFINITION, RoundFactory, SchemeFactory
from tests.factories.members import UnitFactory, make_expert, make_manager, make_officer

pytestmark = pytest.mark.django_db
RULED = DEFINITION | {
    "grade_rule": {
        "cut_offs": {"pass": "40"},
        "fail_rules": [
            {
                "code": "idle",
                "name_zh": "闲置",
                "name_en": "Idle",
                "test": "at_most",
                "value": "100",
                "metric": "effective_hours",
            }
        ],
    }
}


@pytest.fixture(autouse=True)
def _english():
    """Exact sentences are compared."""
    with translation.override("en"):
        yield


@pytest.mark.parametrize("work_out", [verification, outcome_of, round_seal])
def test_without_a_snapshot_there_is_no_evidence(work_out):
    """A programmer's mistake: nobody is shown this."""
    with pytest.raises(ValueError, match="A round without a snapshot"):
        work_out(RoundFactory())


def test_the_command_verifies_what_is_there():
    """No such round, or one without evidence: said, and ended with a failure."""
    with pytest.raises(CommandError, match=r"^There is no instrument round of 2025\.$"):
        call_command("verify_round", "2025", "--kind", "instrument")
    RoundFactory()
    with pytest.raises(CommandError, match=r"^The round has no snapshot, so there is nothing to verify\.$"):
        call_command("verify_round", "2025")


def test_the_command_loads_the_presets_once():
    """It says which, and how many."""
    said = StringIO()
    call_command("load_schemes", stdout=said)
    lines = said.getvalue().splitlines()
    assert sorted(line.split(":")[0] for line in lines[:-1]) == ["inner_mongolia_example v1", "moe_2000 v1"]
    assert lines[-1] == "2 scheme(s) created."
    said = StringIO()
    call_command("load_schemes", stdout=said)
    assert (said.getvalue(), Scheme.objects.count()) == ("0 scheme(s) created.\n", 2)


def test_what_is_gone_is_a_difference(story, django_capture_on_commit_callbacks):
    """A result, the points of an indicator, an award: each by its place, as it was worked out."""
    round_ = scored(story, django_capture_on_commit_callbacks)
    assert differences(round_) == []
    IndicatorScore.objects.filter(result__unit__code="AAA", indicator="tasks").delete()
    Award.objects.filter(unit__code="BBB").delete()
    Result.objects.filter(unit__code="CCC").delete()
    found = {(one.place, one.field): (one.stored, one.computed) for one in differences(round_)}
    assert found == {
        ("AAA", "tasks.points"): ("None", "20.00"),
        ("BBB", "award"): ("–", "3254.00"),
        ("CCC", "result"): ("–", "10.00"),
    }


def test_a_scoring_that_another_worker_took_over_writes_nothing(story, django_capture_on_commit_callbacks):
    """It finds out under the lock of the round."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    with mock.patch.object(scoring_runs, "send"):
        run = perform(story.officer, request_scoring, story.round, now=AFTER_DEADLINE)
    original = scoring_runs.outcome_of

    def slow(*args):
        outcome = original(*args)
        ScoringRun.objects.update(attempts=2)
        return outcome

    with mock.patch.object(scoring_runs, "outcome_of", slow):
        assert scoring_runs.work_out(run.pk) is False
    assert (ScoringRun.objects.get().state, ScoringRun.objects.get().attempts) == ("running", 2)
    assert not Result.objects.exists()


def test_a_grade_by_a_rule_names_the_rule():
    """In the reader's language, with the value in its unit; a rule of another version by its code."""
    definition = parse_scheme(RULED)
    by_rule = Result(score=Decimal("84.50"), grade_reason={"key": "fail_rule", "rule": "idle", "value": "99"})
    assert reason_of(by_rule, definition, "en") == "Fails whatever the score: Idle (99.00 h)."
    by_rule.grade_reason = {"key": "fail_rule", "rule": "older", "value": "99"}
    assert reason_of(by_rule, definition, "en") == "Fails whatever the score: older (99)."
    assert reason_of(Result(score=Decimal(1), grade_reason={"key": "of_old"}), definition, "en") == ""
    assert reason_of(Result(score=Decimal(1), grade_reason={}), definition, "en") == ""


@pytest.mark.parametrize(
    ("by", "factors"),
    [
        ("equal", [("weight of the grade", "2")]),
        ("score", [("weight of the grade", "2"), ("score", "84.5")]),
        ("external_hours", [("weight of the grade", "2"), ("external hours in scope", "160")]),
        (
            "score_x_external_hours",
            [("weight of the grade", "2"), ("score", "84.5"), ("external hours in scope", "160")],
        ),
    ],
)
def test_what_a_weight_is_made_of(story, by, factors, django_capture_on_commit_callbacks):
    """By what the rest of the budget is divided."""
    scored(story, django_capture_on_commit_callbacks)
    result, award = Result.objects.get(unit__code="AAA"), Award.objects.get(unit__code="AAA")
    rule = replace(definition_of(story.round.scheme).award_rule, share_by=by)
    share = share_of_rest(award, result, rule)
    assert [(str(name), value) for name, value in share.factors] == factors


def test_who_has_no_weight_has_no_share(story, django_capture_on_commit_callbacks):
    """Nothing is explained of it."""
    scored(story, django_capture_on_commit_callbacks)
    rule = definition_of(story.round.scheme).award_rule
    assert share_of_rest(Award(weight=Decimal(0)), Result.objects.first(), rule) is None


def test_units_of_other_kinds_are_left_out(story, django_capture_on_commit_callbacks):
    """With the instruments they have, and why; instruments are judged in the same scope."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    aaa, machine = story.units["AAA"], story.instruments["AAA-1"]
    whole = definition_of(story.round.scheme)
    assert list(judged_instruments(story.round, whole, aaa).values_list("code", flat=True)) == [
        "AAA-1",
        "AAA-2",
    ]
    hospitals = replace(whole, scope=replace(whole.scope, unit_kinds=("hospital",)))
    assert not judged_instruments(story.round, hospitals, aaa).exists()
    why = why_not_judged(story.round, hospitals, aaa)
    assert (why.registered, why.in_scope, why.needed, why.kind_counts) == (3, 2, 1, False)
    cheap = why_not_judged(story.round, whole, aaa, story.instruments["AAA-CHEAP"])
    assert (cheap.registered, cheap.in_scope, cheap.needed, cheap.kind_counts) == (1, 0, 1, True)
    assert why_not_judged(story.round, whole, aaa, machine).in_scope == 1
    with mock.patch("evaluations.results.queries.outcome.definition_of", return_value=hospitals):
        outcome = outcome_of(story.round)
    assert (outcome.judged, set(outcome.out_of_scope)) == ((), {unit.pk for unit in story.units.values()})


def test_only_what_is_computed_has_rows(story, django_capture_on_commit_callbacks):
    """A reported number was not measured from any."""
    scored(story, django_capture_on_commit_callbacks)
    definition = definition_of(story.round.scheme)
    for code, inputs in (("tasks", {"value": "1"}), ("external", {})):
        with pytest.raises(ValueError, match=f"{code} is not computed from rows"):
            measured_rows(SnapshotRow.objects.all(), definition.indicator(code), inputs)


def test_no_instruments_make_no_rows():
    """And no query."""
    assert fresh_rows(None, [], {}, None) == []


def test_a_result_without_its_unit_in_the_snapshot_has_the_unit_of_today(
    story, django_capture_on_commit_callbacks
):
    """Its name then is not known; it is shown all the same."""
    round_ = scored(story, django_capture_on_commit_callbacks)
    late = UnitFactory()
    (shown,) = as_then(round_, [Result(round=round_, unit=late)])
    assert shown.unit is late


def test_the_value_of_a_change_that_had_none_is_a_dash():
    """An instrument once had no day of joining."""
    assert (_worded("joined_on", None), _worded("original_value", "1200000")) == ("–", "¥1,200,000.00")


def test_of_whom_reports_can_be_had():
    """Of all units by the department, of one's own by its people, of none by nobody."""
    units = [UnitFactory(), UnitFactory()]
    manager = make_manager(units[1])
    assert list(units_of(None)) == []
    assert list(units_of(manager)) == [units[1]]
    assert set(units_of(make_officer())) == set(MemberUnit.objects.all())


def test_a_report_on_a_unit_without_a_result(story, django_capture_on_commit_callbacks):
    """Said to whoever asked; of a year without a round, and of a unit that was not judged."""
    scored(story, django_capture_on_commit_callbacks)
    for parameters in ({"year": 1999, "unit": "AAA"}, {"year": 2025, "unit": UnitFactory().code}):
        with pytest.raises(ReportError) as refused:
            unit_score_card.build(parameters, lambda *_args: None)
        assert str(refused.value) == (f"This unit has no result in the evaluation of {parameters['year']}.")


def test_the_chapter_on_the_method_leaves_out_what_the_scheme_does_not_say():
    """No note and no tie-break: no paragraph of either."""
    grade_rule = {"cut_offs": {"pass": "40"}}
    bare = RoundFactory(
        scheme=SchemeFactory(code="bare", note="", definition=DEFINITION | {"grade_rule": grade_rule})
    )
    blocks = method_section(bare, definition_of(bare.scheme)).blocks
    said = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert not [block for block in blocks if isinstance(block, Note)]
    assert not [text for text in said if text.startswith("Equal scores")]
    whole = RoundFactory(year=2024)
    blocks = method_section(whole, definition_of(whole.scheme)).blocks
    assert [block.text for block in blocks if isinstance(block, Note)] == ["测试"]
    assert "Equal scores are ranked by “Sharing”." in [
        block.text for block in blocks if isinstance(block, Paragraph)
    ]


def test_a_round_in_which_nobody_got_an_award_says_so():
    """Instead of an empty table."""
    section = annual_evaluation._awards(mock.Mock(), [])
    assert [block.text for block in section.blocks] == ["No award was given in this round."]


def test_an_instrument_gets_no_award(story, django_capture_on_commit_callbacks):
    """Through the programming interface it is null, not nought."""
    scored(story, django_capture_on_commit_callbacks)
    result = Result.objects.get(unit__code="CCC")
    context = {"awards": {}}
    assert ResultSerializer(result, context=context).data["award"] == "0.00"
    result.instrument = story.instruments["CCC-1"]
    data = ResultSerializer(result, context=context).data
    assert (data["instrument"], data["award"]) == ("CCC-1", None)


def banded(function, hours):
    """The most that can be gained by external hours, which this function scores."""
    definition = copy.deepcopy(DEFINITION)
    definition["indicators"][0]["children"][0]["function"] = function
    scheme = parse_scheme(definition)
    row = InstrumentFigures("A", "AAA", Decimal(400_000), external_hours=Decimal(hours))
    score = score_object(scheme, "AAA", [row], {}, {})
    found = gains(scheme, {one.code: one for one in score.indicators})
    return [(gain.reason, gain.points) for gain in found if gain.measured]


def test_the_next_step_is_said_where_there_is_one():
    """Of bands the next that brings more; of counts the full points; beyond the last nothing."""
    bands = {
        "kind": "bands",
        "bands": [
            {"lower": "10", "points": "20"},
            {"lower": "50", "points": "40"},
            {"lower": "90", "points": "60"},
        ],
    }
    assert banded(bands, 20) == [("Now 20.00 h; the next step begins at 50.00 h.", Decimal("20.00"))]
    assert banded(bands, 50) == [("Now 50.00 h; from 90.00 h on it brings full points.", Decimal("20.00"))]
    assert banded(bands, 95) == []
    each = {"kind": "per_count", "points_each": "2", "per": "3"}
    assert banded(each, 30) == [("Now 30.00 h; from 90.00 h on it brings full points.", Decimal("40.00"))]


def test_nothing_is_reported_to_a_round_that_is_over(story, django_capture_on_commit_callbacks):
    """What is sent to the page of a result finds nothing there."""
    final(story, django_capture_on_commit_callbacks)
    client = Client(headers={"accept-language": "en"})
    client.force_login(story.managers["AAA"])
    before = list(Result.objects.order_by("pk").values())
    assert client.post(reverse("evaluations:unit", args=[2025, "AAA"]), {"tasks": "9"}).status_code == 404
    assert list(Result.objects.order_by("pk").values()) == before


def test_a_code_that_a_scheme_has_is_not_given_to_another(story):
    """A new version is made instead."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(story.officer)
    sent = {"code": "small", "name_zh": "又", "name_en": "Again", "definition": json.dumps(DEFINITION)}
    answer = client.post(reverse("admin:evaluations_scheme_add"), sent)
    assert answer.context["adminform"].form.errors == {
        "code": ["A scheme of this code exists. Make a new version of it instead."]
    }
    assert Scheme.objects.count() == 1


def test_a_judge_who_has_scored_all_has_nothing_to_hand_over(story, django_capture_on_commit_callbacks):
    """Only what is still to give rests on the role."""
    snapshot_of(story, django_capture_on_commit_callbacks)
    expert = make_expert()
    now = story.round.data_end
    assert [one.choices for one in _scores(expert, now)] == [("keep",)]
    for unit in story.units.values():
        perform(expert, give_score, story.round, unit, "effect", Decimal(10))
    assert list(_scores(expert, now)) == []
