"""Whole objects through the preset schemes, worked by hand."""

import dataclasses
import json
from decimal import Decimal

import pytest

from evaluations.scoring.definition import Indicator
from evaluations.scoring.evaluate import score_object
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.grading import grade_objects, standing_of
from evaluations.scoring.presets import (
    INNER_MONGOLIA,
    MINISTRY_OF_EDUCATION,
    load_preset,
    load_presets,
    preset_codes,
)
from tests.evaluations.scoring.explained import FORMULAS, RATIO_INPUTS

D = Decimal
MOE = load_preset(MINISTRY_OF_EDUCATION).definition
EXAMPLE = load_preset(INNER_MONGOLIA).definition
XRD = InstrumentFigures(
    "IMU-001",
    "IMU",
    D(1_500_000),
    effective_hours=D(1120),
    external_hours=D(500),
    income=D(22_000),
    external_income=D(12_000),
)
TABLE = {
    "independent_operators": D(3),
    "guided_operators": D(5),
    "demonstration_attendees": D(60),
    "national_awards": D(0),
    "provincial_awards": D(1),
    "university_awards": D(0),
    "core_papers": D(6),
    "functions_used.used": D(9),
    "functions_used.original": D(10),
    "functions_developed": D(2),
}


def test_the_ministry_table_worked_by_hand():
    """domain 4. Hours 1120/1400 → 80; training 30 + 15 + 2 = 47; results 60 + 30 = 90;
    income 60 + 50 = 110, capped 100; functions 90 % → 48, + 2 × 10 = 68.
    0.35 × 80 + 0.20 × 47 + 0.25 × 90 + 0.15 × 100 + 0.05 × 68 = 28 + 9.4 + 22.5 + 15 + 3.4 = 78.3: good.
    """
    score = score_object(MOE, "IMU-001", [XRD], TABLE, {})
    assert {group.code: group.points for group in score.groups} == {
        "hours": D(28),
        "training": D("9.4"),
        "research": D("22.5"),
        "income": D(15),
        "functions": D("3.4"),
    }
    assert score.total == D("78.30")
    assert score.missing == ()
    income = next(item for item in score.indicators if item.code == "income")
    assert (income.inputs["sum"], income.inputs["subtotal"]) == (D(110), D(100))
    used = next(item for item in score.indicators if item.code == "functions_used")
    assert (used.value, used.inputs["numerator"], used.points) == (D("0.9"), D(9), D(48))
    graded = grade_objects(MOE.grade_rule, [standing_of(MOE.grade_rule, score)])
    assert graded[0].grade == "good"


def test_special_equipment_has_800_quota_hours():
    special = dataclasses.replace(XRD, equipment_kind="special", effective_hours=D(400))
    score = score_object(MOE, "IMU-001", [special], TABLE, {})
    assert score.points_of("hours") == D("17.50")  # 400 / 800 × 100 × 0.35


def test_empty_table_fields_count_as_zero_and_are_flagged():
    score = score_object(MOE, "IMU-001", [XRD], {"functions_used.used": D(3)}, {})
    assert score.total == D(43)  # 28 + 15: hours and income alone
    assert score.missing == (
        "independent_operators",
        "guided_operators",
        "demonstration_attendees",
        "national_awards",
        "provincial_awards",
        "university_awards",
        "core_papers",
        "functions_used",
        "functions_developed",
    )


def test_a_ratio_over_zero_is_zero_and_a_negative_one_is_refused():
    score = score_object(MOE, "A", [XRD], TABLE | {"functions_used.original": D(0)}, {})
    assert score.points_of("functions_used") == D(0)
    with pytest.raises(ValueError, match="refuses a negative number"):
        score_object(MOE, "A", [XRD], TABLE | {"functions_used.original": D(-10)}, {})


def unit_rows():
    """Two instruments in scope and a cheap one that is not."""
    return [
        InstrumentFigures(
            "IMAU-1",
            "IMAU",
            D(800_000),
            effective_hours=D(1000),
            external_hours=D(400),
            served_units=6,
        ),
        InstrumentFigures(
            "IMAU-2",
            "IMAU",
            D(300_000),
            effective_hours=D(388),
            external_hours=D(244),
            served_units=3,
            open_to_share=False,
        ),
        InstrumentFigures("IMAU-3", "IMAU", D(100_000), in_scope=False, effective_hours=D(5000)),
    ]


REPORTED = {"major_tasks": D(5), "sharing_rules": D(1), "management_platform": D(1)}
GIVEN = {"service_effect": [D(4), D(5)], "technical_staff": [D(4)], "record_quality": [D("5.5")]}


def test_the_example_scheme_worked_by_hand():
    """Mean hours (1000 + 388)/2 = 694 → 694/1000 × 20 = 13.88.
    Utilisation (1000/1400 + 388/1400)/2 = 0.495714… → 0.4957; / 0.6 × 12 = 9.914 → 9.91. Tasks 5.
    Open rate 1/2 × 8 = 4. External hours (400 + 244)/2 = 322; / 400 × 14 = 11.27.
    Sharing rate (0.4 + 244/388 = 0.628866)/2 = 0.5144 → 8. Served units 9/2 = 4.5; / 2 = 2.25. Effect 4.5.
    Organisation 4 + 3 + 4 + 5.5 = 16.5. In all 28.79 + 30.02 + 16.5 = 75.31.
    """
    score = score_object(EXAMPLE, "IMAU", unit_rows(), REPORTED, GIVEN)
    points = {item.code: item.points for item in score.indicators}
    assert points == {
        "operation": D("28.79"),
        "mean_effective_hours": D("13.88"),
        "utilisation_rate": D("9.91"),
        "major_tasks": D(5),
        "sharing": D("30.02"),
        "open_rate": D(4),
        "mean_external_hours": D("11.27"),
        "sharing_rate": D(8),
        "served_units": D("2.25"),
        "service_effect": D("4.5"),
        "organisation": D("16.5"),
        "sharing_rules": D(4),
        "management_platform": D(3),
        "technical_staff": D(4),
        "record_quality": D("5.5"),
    }
    assert score.total == D("75.31")
    assert score.fail_hits == ()
    standing = standing_of(EXAMPLE.grade_rule, score)
    assert (standing.score, standing.tie_break) == (D("75.31"), D("30.02"))
    utilisation = score.indicators[2]
    assert (utilisation.code, utilisation.parent, utilisation.level, utilisation.position) == (
        "utilisation_rate",
        "operation",
        2,
        2,
    )
    assert utilisation.value == D("0.4957")
    # What is shown is what counted: the points follow from the shown value.
    assert D("0.4957") / D("0.6") * 12 == D("9.914")
    with pytest.raises(KeyError):
        score.points_of("nothing")


def test_a_unit_that_shares_nothing_meets_the_fail_rule():
    """domain 1.3, 2021: 不合格 was given to units that did no sharing at all."""
    rows = [dataclasses.replace(row, external_hours=D(0)) for row in unit_rows()]
    score = score_object(EXAMPLE, "IMAU", rows, REPORTED, GIVEN)
    assert [(hit.code, hit.value) for hit in score.fail_hits] == [("no_sharing", D(0))]
    graded = grade_objects(EXAMPLE.grade_rule, [standing_of(EXAMPLE.grade_rule, score)])
    assert (graded[0].grade, graded[0].reason.as_dict()) == (
        "fail",
        {"key": "fail_rule", "rule": "no_sharing", "value": "0"},
    )


def test_a_fail_rule_on_an_indicator_looks_at_its_value():
    rule = dataclasses.replace(
        EXAMPLE.grade_rule.fail_rules[0],
        code="too_many_tasks",
        metric="",
        indicator="major_tasks",
        test="at_least",
        value=D(5),
    )
    grade_rule = dataclasses.replace(EXAMPLE.grade_rule, fail_rules=(rule,))
    scheme = dataclasses.replace(EXAMPLE, grade_rule=grade_rule)
    hits = score_object(scheme, "IMAU", unit_rows(), REPORTED, GIVEN).fail_hits
    assert [hit.code for hit in hits] == ["too_many_tasks"]
    # What was never entered fails nobody.
    assert score_object(scheme, "IMAU", unit_rows(), {}, GIVEN).fail_hits == ()
    without_tie_break = dataclasses.replace(grade_rule, tie_break="")
    score = score_object(scheme, "IMAU", unit_rows(), REPORTED, GIVEN)
    assert standing_of(without_tie_break, score).tie_break == D(0)


def test_nothing_in_scope_scores_nothing():
    score = score_object(EXAMPLE, "IMAU", unit_rows()[2:], {}, {})
    assert score.total == D(0)
    assert len(score.missing) == len(EXAMPLE.leaves())


def test_a_weighted_sum_is_scored_from_its_parts():
    data = {
        "code": "people",
        "name_zh": "人",
        "name_en": "People",
        "points": "100",
        "source": "reported",
        "function": {
            "kind": "weighted_sum",
            "parts": [
                {"code": "licensed", "name_zh": "独立", "name_en": "Licensed", "points": "10"},
                {"code": "guided", "name_zh": "指导", "name_en": "Guided", "points": "3"},
            ],
        },
    }
    from evaluations.scoring.parsing import parse_scheme

    scheme = parse_scheme(
        {"object_kind": "unit", "indicators": [data], "grade_rule": {"cut_offs": {"pass": "60"}}}
    )
    reported = {"people.licensed": D(2), "people.guided": D(1)}
    score = score_object(scheme, "IMU", [], reported, {})
    assert (score.total, score.indicators[0].value, score.missing) == (D(23), None, ())


def test_all_formulas_and_inputs_can_be_explained_and_stored():
    scores = [
        score_object(EXAMPLE, "IMAU", unit_rows(), REPORTED, GIVEN),
        score_object(MOE, "IMU-001", [XRD], TABLE, {}),
        score_object(MOE, "IMU-001", [XRD], {}, {}),
    ]
    for score in scores:
        for item in score.indicators:
            extra = set(RATIO_INPUTS) if "numerator" in item.inputs else set()
            assert set(item.inputs) == set(FORMULAS[item.formula]) | extra
            assert ("metric" in item.as_inputs()) is (item.metric is not None)
            assert json.loads(json.dumps(item.as_inputs())) == item.as_inputs()


def test_an_indicator_without_function_is_a_mistake_of_the_programmer():
    bare = dataclasses.replace(EXAMPLE, indicators=(Indicator("a", "甲", "A", D(100), source="reported"),))
    with pytest.raises(ValueError, match="has no function"):
        score_object(bare, "IMAU", [], {"a": D(1)}, {})


def test_presets_are_there_and_say_what_they_are_modelled_on():
    assert preset_codes() == (INNER_MONGOLIA, MINISTRY_OF_EDUCATION)
    assert [preset.name_zh for preset in load_presets()] == [
        "内蒙古示例方案（按公开材料仿写，非官方）",
        "高等学校贵重仪器设备年度效益评价表（教育部2000年）",
    ]
    with pytest.raises(KeyError):
        load_preset("../secret")


def test_the_ministry_preset_has_the_weights_and_cut_offs_of_the_table():
    """domain 4."""
    assert [(group.weight, group.subtotal_cap, group.points) for group in MOE.indicators] == [
        (D("0.35"), D(100), D(35)),
        (D("0.2"), D(100), D(20)),
        (D("0.25"), D(100), D(25)),
        (D("0.15"), D(100), D(15)),
        (D("0.05"), D(100), D(5)),
    ]
    assert MOE.grade_rule.cut_offs == {"excellent": D(90), "good": D(75), "pass": D(60)}
    assert (MOE.object_kind, MOE.award_rule) == ("instrument", None)


def test_the_example_preset_has_three_groups_and_scaled_quotas():
    assert [group.name_zh for group in EXAMPLE.indicators] == ["运行使用", "共享服务", "组织管理"]
    assert EXAMPLE.scope.min_value_yuan == D(300_000)
    # 11 and 18 of 57, for 42 units
    assert (round(11 * 42 / 57), round(18 * 42 / 57)) == (8, 13)
    assert {grade: quota.value for grade, quota in EXAMPLE.grade_rule.quotas.items()} == {
        "excellent": D(8),
        "good": D(13),
    }
