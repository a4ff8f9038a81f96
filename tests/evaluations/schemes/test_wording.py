"""A scheme and its scores in words: the sentence of each rule, without and with somebody's numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from evaluations.schemes.wording.formulas import filled, measured_from, rule_of
from evaluations.schemes.wording.schemes import scheme_words
from evaluations.scoring.definition import (
    CappedLinear,
    Indicator,
    RatioPart,
    YesNo,
)
from evaluations.scoring.evaluate import score_object
from evaluations.scoring.figures import InstrumentFigures
from evaluations.scoring.parsing import parse_scheme
from tests.factories.evaluations import DEFINITION, SchemeFactory

D = Decimal
LADDER = [{"lower": "2", "points": "5"}, {"lower": "4", "points": "20"}]
ANSWERS = [
    {"value": "1", "points": "5", "name_zh": "部分", "name_en": "In part"},
    {"value": "2", "points": "20", "name_zh": "全部", "name_en": "Wholly"},
]
COUNTS = [
    {"code": "papers", "name_zh": "论文", "name_en": "Papers", "points": "2"},
    {"code": "people", "name_zh": "人次", "name_en": "People trained", "points": "1.5", "per": "100"},
]


@pytest.fixture(autouse=True)
def _english():
    """Exact sentences are compared."""
    with translation.override("en"):
        yield


def scheme(function=None, **changes):
    """The small scheme, with another function of its reported tasks or other parts."""
    tasks = {**DEFINITION["indicators"][1]["children"][0], "function": function or {"kind": "yes_no"}}
    organisation = {**DEFINITION["indicators"][1]}
    organisation["children"] = [tasks, organisation["children"][1]]
    return parse_scheme({**DEFINITION, "indicators": [DEFINITION["indicators"][0], organisation], **changes})


def rule(function, language="en"):
    """The rule of the reported tasks, which give at most 20 points."""
    return rule_of(scheme(function).indicator("tasks"), language)


def put_in(function, reported, language="en"):
    """The sentence of the reported tasks with the numbers of one unit."""
    definition = scheme(function)
    score = score_object(definition, "AAA", [], {key: D(value) for key, value in reported.items()}, {})
    found = next(one for one in score.indicators if one.code == "tasks")
    return filled(definition.indicator("tasks"), found.formula, found.as_inputs(), found.points, language)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ({"kind": "capped_linear", "benchmark": "1200"}, "20 × value ÷ 1,200, at most 20"),
        ({"kind": "per_count", "points_each": "1"}, "1 point for each, at most 20"),
        ({"kind": "per_count", "points_each": "2.5"}, "2.5 points for each, at most 20"),
        ({"kind": "per_count", "points_each": "1", "per": "3"}, "1 point for every 3, at most 20"),
        (
            {"kind": "per_count", "points_each": "2", "per": "3", "whole_steps": True},
            "2 points for every 3, at most 20 A begun step does not count.",
        ),
        ({"kind": "bands", "bands": LADDER}, "From 4 on 20 points, from 2 on 5 points."),
        ({"kind": "yes_no"}, "Yes: 20, no: 0"),
        ({"kind": "choice", "options": ANSWERS}, "“In part” gives 5 points, “Wholly” gives 20 points."),
        (
            {"kind": "weighted_sum", "parts": COUNTS},
            "Papers: 2 for every 1; People trained: 1.5 for every 100",
        ),
    ],
)
def test_each_rule_is_one_sentence(function, said):
    """Numbers grouped and without needless zeros, names in the reader's language."""
    assert rule(function) == said


def test_rules_name_things_in_chinese_to_a_chinese_reader():
    """The names of the scheme follow the language of the reader."""
    with translation.override("zh-hans"):
        assert rule({"kind": "choice", "options": ANSWERS}, "zh-hans").count("部分") == 1
        assert "论文" in rule({"kind": "weighted_sum", "parts": COUNTS}, "zh-hans")
        assert "Papers" not in rule({"kind": "weighted_sum", "parts": COUNTS}, "zh-hans")


@pytest.mark.parametrize(
    ("function", "reported", "said"),
    [
        (
            {"kind": "capped_linear", "benchmark": "40"},
            {"tasks": "10"},
            "20 × min(1, 10 ÷ 40) = 5.00",
        ),
        ({"kind": "per_count", "points_each": "2.5"}, {"tasks": "3"}, "min(20, 3 ÷ 1 × 2.5) = 7.50"),
        (
            {"kind": "per_count", "points_each": "4", "per": "3", "whole_steps": True},
            {"tasks": "8"},
            "min(20, 8 ÷ 3 × 4) = 8.00 A begun step does not count.",
        ),
        ({"kind": "bands", "bands": LADDER}, {"tasks": "3"}, "3 reaches the band from 2 on: 5.00"),
        ({"kind": "bands", "bands": LADDER}, {"tasks": "1.5"}, "1.5 is below the lowest band: 0.00"),
        ({"kind": "yes_no"}, {"tasks": "1"}, "Yes: 20.00"),
        ({"kind": "yes_no"}, {"tasks": "0"}, "No: 0.00"),
        ({"kind": "choice", "options": ANSWERS}, {"tasks": "2"}, "Chosen: Wholly: 20.00"),
        ({"kind": "choice", "options": ANSWERS}, {"tasks": "1"}, "Chosen: In part: 5.00"),
        # 3 × 2 + 250 × 1.5 ÷ 100 = 6 + 3.75.
        (
            {"kind": "weighted_sum", "parts": COUNTS},
            {"tasks.papers": "3", "tasks.people": "250"},
            "min(20, 3 × 2 + 250 × 1.5 ÷ 100) = 9.75",
        ),
        (
            {"kind": "weighted_sum", "parts": COUNTS},
            {"tasks.papers": "3"},
            "min(20, 3 × 2 + 0 × 1.5 ÷ 100) = 6.00",
        ),
        ({"kind": "yes_no"}, {}, "No value was entered, so 0 points."),
    ],
)
def test_each_rule_with_numbers_put_in(function, reported, said):
    """What a unit reads beside its points."""
    assert put_in(function, reported) == said


def test_a_choice_is_named_in_the_language_of_the_reader():
    """By its own name, not by the number that is stored."""
    with translation.override("zh-hans"):
        assert "全部" in put_in({"kind": "choice", "options": ANSWERS}, {"tasks": "2"}, "zh-hans")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([15, 18], "20 × 16.5 ÷ 20 = 16.50, where 16.5 is the mean of 2 scores"),
        ([15], "20 × 15 ÷ 20 = 15.00, where 15 is the only score"),
    ],
)
def test_one_judge_gives_no_mean(values, said):
    """One score is called the only one."""
    definition = scheme()
    score = score_object(definition, "AAA", [], {}, {"effect": [D(value) for value in values]})
    found = next(one for one in score.indicators if one.code == "effect")
    effect = definition.indicator("effect")
    assert rule_of(effect, "en") == "Mean of the judges' scores, 0 to 20, as a part of 20 points"
    assert filled(effect, found.formula, found.as_inputs(), found.points, "en") == said


def rate(averaging, rows):
    """How the sharing rate of these instruments is said to have been measured, and what it gave."""
    external = {
        **DEFINITION["indicators"][0]["children"][0],
        "metric": "sharing_rate",
        "averaging": averaging,
        "function": {"kind": "capped_linear", "benchmark": "0.5"},
    }
    sharing = {**DEFINITION["indicators"][0], "children": [external]}
    definition = parse_scheme({**DEFINITION, "indicators": [sharing, DEFINITION["indicators"][1]]})
    score = score_object(definition, "AAA", rows, {}, {})
    found = next(one for one in score.indicators if one.code == "external")
    inputs = found.as_inputs()
    sentence = filled(definition.indicator("external"), found.formula, inputs, found.points, "en")
    return measured_from(inputs), sentence


def row(code, effective, external):
    """The figures of one instrument in scope."""
    return InstrumentFigures(
        code, "AAA", D(400_000), effective_hours=D(effective), external_hours=D(external)
    )


def test_what_a_rate_was_measured_from():
    """Hours as hours where sums are divided, rates as numbers where each instrument has its own."""
    rows = [row("A", 100, 20), row("B", 300, 60)]
    assert rate("ratio_of_sums", rows) == (
        "80.00 h ÷ 400.00 h = 20.00%",
        "60 × min(1, 20.00% ÷ 50.00%) = 24.00",
    )
    assert rate("mean_of_ratios", rows) == (
        "Sum of the single rates 0.4 ÷ 2 instruments = 20.00%",
        "60 × min(1, 20.00% ÷ 50.00%) = 24.00",
    )


@pytest.mark.parametrize(
    ("idle", "said"),
    [
        (
            1,
            (
                "Sum of the single rates 0.2 ÷ 2 instruments = 10.00%; "
                "1 instrument had nothing to divide by and counts as 0."
            ),
        ),
        (
            3,
            (
                "Sum of the single rates 0.2 ÷ 4 instruments = 5.00%; "
                "3 instruments had nothing to divide by and count as 0."
            ),
        ),
    ],
)
def test_instruments_without_hours_are_told_of(idle, said):
    """They lower the mean, so the sentence says how many there are."""
    rows = [row("A", 100, 20), *(row(f"IDLE-{n}", 0, 0) for n in range(idle))]
    assert rate("mean_of_ratios", rows)[0] == said


def test_no_instrument_in_scope_is_not_a_value_forgotten():
    """Nobody forgot to enter anything."""
    assert rate("ratio_of_sums", []) == (
        "0.00 h ÷ 0.00 h = 0.00%",
        "No instrument is in scope, so 0 points.",
    )


def test_a_rate_a_unit_reported_as_two_numbers():
    """Its parts are shown; a value entered as it is was measured from nothing."""
    parts = (RatioPart("used", "使用", "Used"), RatioPart("original", "原有", "Original"))
    used = Indicator("used", "使用率", "Used", D(20), ratio=parts, function=CappedLinear(benchmark=D("0.9")))
    assert rule_of(used, "en") == "20 × value ÷ 90.00%, at most 20"
    inputs = {"value": "0.45", "full": "20", "benchmark": "0.9", "numerator": "9", "denominator": "20"}
    assert measured_from(inputs) == "9 ÷ 20 = 45.00%"
    assert filled(used, "capped_linear", inputs, D("10.00"), "en") == "20 × min(1, 45.00% ÷ 90.00%) = 10.00"
    assert measured_from({"value": "3", "full": "20"}) == ""


def test_a_group_says_how_its_points_come_of_its_children():
    """Only where they are weighted."""
    child = Indicator("child", "子", "Child", D(100), source="reported", function=YesNo())
    plain = Indicator("group", "组", "Group", D(100), children=(child,))
    weighted = Indicator(
        "group", "组", "Group", D(35), children=(child,), weight=D("0.35"), subtotal_cap=D(100)
    )
    assert rule_of(plain, "en") == ""
    assert rule_of(weighted, "en") == "0.35 × the sum of its indicators, which counts up to 100"
    inputs = {"sum": "120", "subtotal": "100", "subtotal_cap": "100", "weight": "0.35", "full": "35"}
    assert filled(weighted, "weighted_subtotal", inputs, D("35.00"), "en") == "0.35 × min(100, 120) = 35.00"


def words(**changes):
    """The small scheme with other parts, in words."""
    return scheme_words(SchemeFactory.build(note="中文\n\nEnglish"), scheme(**changes), "en")


def test_the_scope_in_words():
    """One sentence for each limit, none where there is no limit."""
    assert words(scope={}).scope == ()
    whole = words(
        scope={
            "min_value_yuan": "500000",
            "funding": ["central", "local"],
            "months_on_platform": 6,
            "unit_kinds": ["university"],
            "min_instruments": 3,
        }
    )
    assert whole.note == "English"
    assert whole.scope == (
        "Instruments with an original value of at least ¥500,000.",
        "Instruments bought with: Central government funds, Local government funds.",
        "Instruments on the platform for at least 6 months.",
        "Units of these kinds: University.",
        "Units with at least 3 such instruments.",
    )


def test_a_scope_stored_before_it_was_checked_can_still_be_read():
    """By the code that nobody knows; a page is better than an error."""
    assert words(scope={"funding": ["own", "lottery"], "unit_kinds": ["farm"]}).scope == (
        "Instruments bought with: The unit's own funds, lottery.",
        "Units of these kinds: farm.",
    )


def test_grades_in_words():
    """By their cut-off; the number of those who can have one is a share or a count."""
    told = words(
        grade_rule={
            "cut_offs": {"excellent": "80", "good": "60", "pass": "40"},
            "quotas": {
                "excellent": {"kind": "percent", "value": "15"},
                "good": {"kind": "number", "value": "4"},
            },
        }
    )
    assert [(line.grade, line.rule, line.quota) for line in told.grades] == [
        ("excellent", "80 points or more", "at most 15% of those judged"),
        ("good", "60 points or more", "at most 4"),
        ("pass", "40 points or more", ""),
        ("fail", "below 40 points", ""),
    ]
    assert told.tie_break == ""


def test_rules_that_fail_outright_in_words():
    """On a metric in its unit, or on the plain value of an indicator; from above or from below."""
    named = {"name_zh": "名", "name_en": "Idle"}
    told = words(
        grade_rule={
            "cut_offs": {"pass": "40"},
            "fail_rules": [
                {
                    "code": "idle",
                    **named,
                    "test": "at_most",
                    "value": "100",
                    "metric": "mean_effective_hours",
                },
                {"code": "tasks", **named, "test": "at_most", "value": "0", "indicator": "tasks"},
                {"code": "many", **named, "test": "at_least", "value": "0.5", "metric": "sharing_rate"},
            ],
        }
    )
    assert told.fail_rules == (
        "Idle (effective hours per instrument ≤ 100.00 h)",
        "Idle (Tasks supported ≤ 0)",
        "Idle (sharing rate ≥ 50.00%)",
    )


def test_awards_in_words():
    """The base sum and weight of each grade, what the rest is divided by, and the cap."""
    rule = {"grade_weights": {"excellent": "2", "good": "1"}, "base_sums": {"excellent": "1000"}}
    told = words(award_rule={**rule, "share_by": "external_hours", "cap": "5000"})
    assert told.awards == (
        "Excellent: base sum ¥1,000, weight 2 in the rest.",
        "Good: base sum ¥0, weight 1 in the rest.",
        "The rest of the budget is divided by weight × external hours, to the fen by largest remainder.",
        "No unit gets more than ¥5,000; what it cannot take goes to the others.",
    )
    assert len(words(award_rule={**rule, "share_by": "equal"}).awards) == 3
