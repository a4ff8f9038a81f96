"""Ranks, cut-offs, quotas, ties."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.scoring.definition import GRADES, GradeRule, Quota
from evaluations.scoring.evaluate import FailHit
from evaluations.scoring.grading import Standing, grade_objects, places_of
from tests.evaluations.scoring.explained import GRADE_REASONS

D = Decimal
CUT_OFFS = {"excellent": D(85), "good": D(75), "pass": D(60)}


def graded(rule, *standings):
    return {item.code: item for item in grade_objects(rule, standings)}


def test_cut_offs_are_inclusive():
    got = graded(
        GradeRule(CUT_OFFS),
        Standing("A", D(85)),
        Standing("B", D("84.99")),
        Standing("C", D(75)),
        Standing("D", D(60)),
        Standing("E", D("59.99")),
    )
    assert [got[code].grade for code in "ABCDE"] == ["excellent", "good", "good", "pass", "fail"]
    assert got["A"].reason.as_dict() == {"key": "reached_cut_off", "score": "85", "cut_off": "85"}
    assert got["E"].reason.as_dict() == {"key": "below_all", "score": "59.99", "cut_off": "60"}


def test_equal_scores_are_ranked_by_the_tie_break_then_share_a_rank():
    """domain 2.2, rule of 2026: equal total scores are ranked by the sharing-service score."""
    items = grade_objects(
        GradeRule(CUT_OFFS, tie_break="sharing"),
        [
            Standing("D", D(70), D(10)),
            Standing("C", D(80), D(30)),
            Standing("A", D(80), D(30)),
            Standing("B", D(80), D(35)),
            Standing("E", D(90), D(1)),
        ],
    )
    assert [(item.rank, item.code) for item in items] == [(1, "E"), (2, "B"), (3, "A"), (3, "C"), (5, "D")]


def test_a_full_quota_sends_on_to_the_next_grade():
    rule = GradeRule(CUT_OFFS, {"excellent": Quota("number", D(1)), "good": Quota("number", D(1))})
    got = graded(rule, Standing("A", D(95)), Standing("B", D(90)), Standing("C", D(88)), Standing("D", D(50)))
    assert [got[code].grade for code in "ABCD"] == ["excellent", "good", "pass", "fail"]
    assert got["C"].reason.as_dict() == {
        "key": "quota_full",
        "score": "88",
        "cut_off": "85",
        "wanted": "excellent",
        "quota": 1,
        "tied_with": "",
    }


def test_all_quotas_full_leaves_only_failing():
    rule = GradeRule({"pass": D(60)}, {"pass": Quota("number", D(1))})
    got = graded(rule, Standing("A", D(70)), Standing("B", D(69)))
    assert got["B"].grade == "fail"
    assert got["B"].reason.key == "quota_full"


def test_a_tie_at_the_last_place_is_named():
    rule = GradeRule(CUT_OFFS, {"excellent": Quota("number", D(1))}, tie_break="sharing")
    got = graded(rule, Standing("B", D(90), D(30)), Standing("A", D(90), D(30)), Standing("C", D(86), D(30)))
    assert (got["A"].grade, got["B"].grade) == ("excellent", "good")
    assert (got["A"].rank, got["B"].rank) == (1, 1)
    assert got["B"].reason.inputs["tied_with"] == "A"
    assert got["C"].reason.inputs["tied_with"] == ""


def test_a_tie_hidden_below_a_full_better_grade_is_named():
    """A has the place of excellent, B that of good; C is equal to B and wanted both."""
    rule = GradeRule(CUT_OFFS, {"excellent": Quota("number", D(1)), "good": Quota("number", D(1))})
    got = graded(rule, Standing("A", D(90)), Standing("B", D(85)), Standing("C", D(85)))
    assert [got[code].grade for code in "ABC"] == ["excellent", "good", "pass"]
    assert got["B"].reason.key == "quota_full"
    assert got["C"].reason.as_dict() == {
        "key": "quota_tied",
        "score": "85",
        "cut_off": "85",
        "wanted": "excellent",
        "quota": 1,
        "tied_with": "B",
        "tied_for": "good",
    }


def test_a_decision_orders_equals_and_nobody_else():
    """C before B, who are equal; A is ahead of both whatever it says."""
    rule = GradeRule(CUT_OFFS, {"excellent": Quota("number", D(2))})
    standings = [Standing("A", D(90)), Standing("B", D(86)), Standing("C", D(86)), Standing("D", D(86))]
    decided = {item.code: item for item in grade_objects(rule, standings, [("C", "B", "A")])}
    assert [decided[code].grade for code in "ABCD"] == ["excellent", "good", "excellent", "good"]
    assert [decided[code].rank for code in "ABCD"] == [1, 2, 2, 2]
    # D is no part of the decision, so its place is still open.
    assert [decided[code].reason.key for code in "BD"] == ["quota_decided", "quota_tied"]
    assert decided["B"].reason.inputs["tied_with"] == "C"


def test_a_quota_of_none_gives_the_grade_to_nobody():
    rule = GradeRule(CUT_OFFS, {"excellent": Quota("number", D(0))})
    assert graded(rule, Standing("A", D(99)))["A"].reason.inputs["tied_with"] == ""


@pytest.mark.parametrize(
    ("kind", "value", "judged", "places"),
    [
        ("number", "8", 42, 8),
        ("percent", "20", 42, 8),  # 8.4, rounded down
        ("percent", "33.333333", 3, 0),
        ("percent", "100", 42, 42),
        ("percent", "7", 100, 7),
    ],
)
def test_places_of_a_quota(kind, value, judged, places):
    assert places_of(Quota(kind, D(value)), judged) == places


def test_whoever_meets_a_fail_rule_fails_and_takes_no_place():
    rule = GradeRule(CUT_OFFS, {"excellent": Quota("number", D(1))})
    got = graded(rule, Standing("A", D(95), fail_hits=(FailHit("no_sharing", D(0)),)), Standing("B", D(90)))
    assert (got["A"].grade, got["A"].rank) == ("fail", 1)
    assert got["B"].grade == "excellent"


def test_an_object_is_judged_once():
    with pytest.raises(ValueError, match="judged twice"):
        grade_objects(GradeRule(CUT_OFFS), [Standing("A", D(1)), Standing("A", D(2))])


def test_nobody_judged_gives_nothing():
    assert grade_objects(GradeRule(CUT_OFFS), []) == ()


scores = st.integers(0, 20).map(lambda n: D(n * 5))
objects = st.lists(st.tuples(scores, scores), max_size=30).map(
    lambda pairs: [Standing(f"U{n:02}", score, tie) for n, (score, tie) in enumerate(pairs)]
)
quotas = st.dictionaries(
    st.sampled_from(["excellent", "good", "pass"]),
    st.integers(0, 10).map(lambda n: Quota("number", D(n))),
)


@given(objects, quotas, st.randoms())
def test_grades_keep_their_laws(standings, quotas, random):
    rule = GradeRule(CUT_OFFS, quotas)
    got = grade_objects(rule, standings)
    assert len(got) == len(standings)
    for grade, quota in quotas.items():
        assert sum(item.grade == grade for item in got) <= quota.value
    for item in got:
        if item.grade != "fail":
            assert item.score >= CUT_OFFS[item.grade]
        assert set(item.reason.inputs) == set(GRADE_REASONS[item.reason.key])
    # Rank follows score, and a grade never rises down the list.
    assert [item.score for item in got] == sorted((item.score for item in got), reverse=True)
    places = [GRADES.index(item.grade) for item in got]
    assert places == sorted(places)
    assert [item.rank for item in got] == sorted(item.rank for item in got)
    random.shuffle(standings)
    assert grade_objects(rule, standings) == got
