"""Each mistake of a scheme document is named with its place, and hides no other."""

import pytest

from evaluations.scoring.definition import FUNCTION_KINDS
from evaluations.scoring.problems import SENTENCES
from tests.evaluations.scoring.test_parsing import (
    GOOD,
    HOURS,
    NAMES,
    RATING,
    REMOVE,
    RESULTS,
    changed,
    problems,
)

LEAF = {**GOOD["indicators"][1], "code": "leaf"}
BANDS = [{"lower": "0.1", "points": "10"}, {"lower": "0.5", "points": "40"}]
OPTIONS = [{"value": "0", "points": "0", **NAMES}, {"value": "1", "points": "20", **NAMES}]
RATIO = [{"code": "used", **NAMES}, {"code": "original", **NAMES}]
WEIGHTED = {
    "code": "weighted",
    **NAMES,
    "points": "40",
    "weight": "0.40",
    "subtotal_cap": "100",
    "children": [{**LEAF, "points": "100"}],
}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (changed("total", "90"), ["indicators: first-level indicators add up to 100, not to 90"]),
        (changed("total", True), ["total: must be a decimal number in quotes"]),
        (changed("total", "NaN"), ["total: must be a decimal number in quotes"]),
        (changed("total", "a lot"), ["total: must be a decimal number in quotes"]),
        (changed("total", []), ["total: must be a decimal number in quotes"]),
        (changed("total", "1001"), ["total: must be ≤ 1000"]),
        (changed("total", "100.001"), ["total: must have at most 2 decimals"]),
        (changed("indicators", REMOVE), [
            "indicators: is required",
            "grade_rule.tie_break: must name a first-level indicator",
            "grade_rule.fail_rules[1].indicator: must name a scored indicator",
        ]),
        (changed("indicators", 0, "children", []), ["indicators[0].children: must not be empty"]),
        (changed("indicators", 0, "children", {}), ["indicators[0].children: must be a list"]),
        (changed(*RATING, "name_zh", " "), ["indicators[1].name_zh: must not be empty"]),
        (changed(*RATING, "name_zh", 7), ["indicators[1].name_zh: must be text"]),
        (changed(*RATING, "name_zh", "长" * 201), ["indicators[1].name_zh: must have at most 200 characters"]),
        (changed(*RESULTS, "code", "Bad Code"), [
            f"indicators[0].children[1].code: {SENTENCES['bad_code'] % {'limit': 40}}"
        ]),
        (changed("indicators", 0, "points", "61"), [
            "indicators[0].children: children add up to 60, not to 61"
        ]),
        (changed("indicators", 0, "source", "given"), ["indicators[0].source: a group has no source of its own"]),
        (changed(*RATING, "weight", "0.4"), ["indicators[1].weight: only a group has weight"]),
        (changed("indicators", 0, "weight", "0.6"), [
            "indicators[0].weight: weight and subtotal_cap go together"
        ]),
        (changed("indicators", 1, {**WEIGHTED, "weight": "0.35"}), [
            "indicators[1].weight: weight × subtotal_cap is 35, not 40",
            "grade_rule.fail_rules[1].indicator: must name a scored indicator",
        ]),
        (changed("indicators", 1, {**WEIGHTED, "children": [{**LEAF, "points": "90"}]}), [
            "indicators[1].children: the most to be had is 90, not the full 100 points",
            "grade_rule.fail_rules[1].indicator: must name a scored indicator",
        ]),
        (changed("indicators", 1, {**WEIGHTED, "children": [{**LEAF, "points": "0"}]}), [
            "indicators[1].children[0].points: must be > 0",
            "grade_rule.fail_rules[1].indicator: must name a scored indicator",
        ]),
        (changed(*HOURS, {
            "code": "deep", **NAMES, "points": "40",
            "children": [{"code": "deeper", **NAMES, "points": "40", "children": [LEAF]}],
        }), ["indicators[0].children[0].children[0].children: is deeper than 3 levels"]),
        (changed(*HOURS, "metric", "happiness"), None),
        (changed(*HOURS, "averaging", "sum"), [
            "indicators[0].children[0].averaging: must be one of: mean_of_ratios, ratio_of_sums"
        ]),
        (changed(*HOURS, "metric_parameters", {"nominal_hours": "0", "moon": "1"}), [
            "indicators[0].children[0].metric_parameters.moon: is not a parameter of utilisation_rate",
            "indicators[0].children[0].metric_parameters.nominal_hours: must be > 0",
        ]),
        (changed(*HOURS, "metric_parameters", "1600"), [
            "indicators[0].children[0].metric_parameters: must be an object"
        ]),
        (changed(*HOURS, "ratio", RATIO), [
            "indicators[0].children[0].ratio: does not fit the source computed"
        ]),
        (changed(*HOURS, "whole", True), [
            "indicators[0].children[0].whole: does not fit the source computed"
        ]),
        (changed(*RATING, "at_most_one", True), [
            "indicators[1].at_most_one: does not fit the source given"
        ]),
        (changed(*RESULTS, "at_most_one", True), [
            "indicators[0].children[1].at_most_one: is said of a ratio only"
        ]),
        (changed(*RESULTS, "whole", "yes"), [
            "indicators[0].children[1].whole: must be true or false"
        ]),
        (changed(*RATING, "metric", "samples"), ["indicators[1].metric: does not fit the source given"]),
        (changed(*RATING, "function", REMOVE), ["indicators[1].function: is required"]),
        (changed(*RATING, "function", "given"), ["indicators[1].function: must be an object"]),
        (changed(*RATING, "function", {"kind": "magic"}), [
            "indicators[1].function.kind: must be one of: " + ", ".join(FUNCTION_KINDS)
        ]),
        (changed(*RATING, "function", {"kind": "yes_no"}), [
            "indicators[1].function.kind: a given indicator is scored by: given"
        ]),
        (changed(*RATING, "function", "scale", "0"), ["indicators[1].function.scale: must be > 0"]),
        (changed(*RATING, "function", "benchmark", "1"), ["indicators[1].function.benchmark: is not known here"]),
        (changed(*HOURS, "function", {"kind": "per_count", "points_each": "1", "whole_steps": "no"}), [
            "indicators[0].children[0].function.whole_steps: must be true or false"
        ]),
        (changed(*HOURS, "function", {"kind": "bands", "bands": BANDS[::-1]}), [
            "indicators[0].children[0].function.bands: lower bounds must rise from band to band",
            "indicators[0].children[0].function.bands: points must rise with the lower bound",
        ]),
        (changed(*HOURS, "function", {"kind": "bands", "bands": BANDS[:1]}), [
            "indicators[0].children[0].function.bands: the most to be had is 10, not the full 40 points"
        ]),
        (changed(*HOURS, "function", {"kind": "bands", "bands": [{"lower": "0", "points": "41"}]}), [
            "indicators[0].children[0].function.bands[0].points: must be ≤ 40"
        ]),
        (changed(*RESULTS, "function", {"kind": "choice", "options": OPTIONS[:1]}), [
            "indicators[0].children[1].function.options: the most to be had is 0, not the full 20 points"
        ]),
        (changed(*RESULTS, "function", {"kind": "choice", "options": [OPTIONS[1], OPTIONS[1]]}), [
            "indicators[0].children[1].function.options: is used twice: 1"
        ]),
        (changed(*RESULTS, "function", {"kind": "choice", "options": [3]}), [
            "indicators[0].children[1].function.options[0]: must be an object"
        ]),
        (changed(*RESULTS, "ratio", RATIO), [
            "indicators[0].children[1].function.kind: cannot score a ratio"
        ]),
        (changed(*RESULTS, {**GOOD["indicators"][0]["children"][1], "ratio": RATIO[:1],
                            "function": {"kind": "yes_no"}}), [
            "indicators[0].children[1].ratio: a ratio has exactly two parts: numerator, denominator"
        ]),
        (changed("scope", "funding", ["central", 3]), ["scope.funding[1]: must be text"]),
        (changed("scope", "months_on_platform", "1.5"), ["scope.months_on_platform: must be a whole number"]),
        (changed("scope", "points", "1"), ["scope.points: is not known here"]),
        (changed("scope", None), ["scope: must be an object"]),
        (changed("grade_rule", REMOVE), ["grade_rule: is required"]),
        (changed("grade_rule", "cut_offs", REMOVE), [
            "grade_rule.cut_offs: is required",
            "grade_rule.quotas.excellent: has a quota but no cut-off",
            "grade_rule.quotas.good: has a quota but no cut-off",
        ]),
        (changed("grade_rule", {"cut_offs": {}}), ["grade_rule.cut_offs: must not be empty"]),
        (changed("grade_rule", "cut_offs", "fail", "0"), ["grade_rule.cut_offs.fail: is not known here"]),
        (changed("grade_rule", "quotas", "pass", {"kind": "lot"}), [
            "grade_rule.quotas.pass.kind: must be one of: number, percent",
            "grade_rule.quotas.pass.value: is required",
        ]),
        (changed("grade_rule", "quotas", "good", "value", "1.5"), [
            "grade_rule.quotas.good.value: must be a whole number"
        ]),
        (changed("grade_rule", "quotas", "excellent", "value", "101"), [
            "grade_rule.quotas.excellent.value: must be ≤ 100"
        ]),
        (changed("grade_rule", "tie_break", "hours"), [
            "grade_rule.tie_break: must name a first-level indicator"
        ]),
        (changed("grade_rule", "fail_rules", 0, "indicator", "rating"), [
            "grade_rule.fail_rules[0]: needs a metric or an indicator, and not both"
        ]),
        (changed("grade_rule", "fail_rules", 1, "indicator", "results"), [
            "grade_rule.fail_rules[1].indicator: must name an indicator with one value"
        ]),
        (changed("grade_rule", "fail_rules", 1, "code", "no_sharing"), [
            "grade_rule.fail_rules: is used twice: no_sharing"
        ]),
        (changed("award_rule", "grade_weights", {"good": "1"}), [
            "award_rule.grade_weights: a lower grade must not get more than a better one",
            "award_rule.base_sums.excellent: has a base sum but no weight",
        ]),
        (changed("award_rule", "base_sums", {"excellent": "1", "good": "2"}), [
            "award_rule.base_sums: a lower grade must not get more than a better one"
        ]),
        (changed("award_rule", "cap", "50000"), [
            "award_rule.base_sums.excellent: must not be above the cap of 50000"
        ]),
        (changed("award_rule", {"grade_weights": {"excellent": "1"}}), ["award_rule.share_by: is required"]),
        (changed(*HOURS, 7), ["indicators[0].children[0]: must be an object"]),
        (changed(*RATING, "source", REMOVE), ["indicators[1].source: is required"]),
        (changed(*RESULTS, "source", REMOVE), ["indicators[0].children[1].source: is required"]),
        (changed(*HOURS, "source", "luck"), [
            "indicators[0].children[0].source: must be one of: computed, reported, given"
        ]),
        (changed(*HOURS, "source", ["computed"]), [
            "indicators[0].children[0].source: must be one of: computed, reported, given"
        ]),
        (changed(*RATING, "function", {"scale": "100"}), ["indicators[1].function.kind: is required"]),
        (changed(*RATING, "function", "bands", []), ["indicators[1].function.bands: is not known here"]),
        (changed(*HOURS, "function", {"benchmark": "1"}), ["indicators[0].children[0].function.kind: is required"]),
        (changed(*HOURS, "function", 3), ["indicators[0].children[0].function: must be an object"]),
        (changed("indicators", 1, {**WEIGHTED, "weight": None}), [
            "indicators[1].weight: must be a decimal number in quotes",
            "grade_rule.fail_rules[1].indicator: must name a scored indicator",
        ]),
        (changed("grade_rule", "cut_offs", "fail", "low"), ["grade_rule.cut_offs.fail: is not known here"]),
    ],
)  # fmt: skip
def test_each_mistake_is_named(data, expected):
    found = problems(data)
    if expected is None:
        assert found[0].startswith("indicators[0].children[0].metric: must be one of: mean_effective_hours")
        assert len(found) == 1
    else:
        assert found == expected


def test_a_mistake_hides_no_other():
    """Not in the same object, and not in what rests on it."""
    data = changed(*HOURS, "function", "benchmark", 0.6)
    data["indicators"][0]["children"][0] |= {"code": "Hours", "averaging": "sum"}
    data["indicators"][0] |= {"name_zh": "", "points": "61"}
    assert problems(data) == [
        "indicators[0].name_zh: must not be empty",
        f"indicators[0].children[0].code: {SENTENCES['bad_code'] % {'limit': 40}}",
        "indicators[0].children[0].function.benchmark: must be a decimal in quotes, not a floating-point number",
        "indicators[0].children: children add up to 60, not to 61",
        "indicators[0].children[0].averaging: must be one of: mean_of_ratios, ratio_of_sums",
    ]
