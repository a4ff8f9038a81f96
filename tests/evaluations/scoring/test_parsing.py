"""A scheme is read whole, or refused with all that is wrong."""

import copy
import hashlib
import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.scoring.definition import FUNCTION_KINDS, asked_fields, given_indicators, reported_fields
from evaluations.scoring.parsing import parse_scheme
from evaluations.scoring.presets import load_presets
from evaluations.scoring.problems import SENTENCES, SchemeProblems
from evaluations.scoring.writing import decimal_text, to_dict

D = Decimal
NAMES = {"name_zh": "项", "name_en": "Item"}
GOOD = {
    "object_kind": "unit",
    "total": "100",
    "indicators": [
        {
            "code": "use",
            **NAMES,
            "points": "60",
            "children": [
                {
                    "code": "hours",
                    **NAMES,
                    "points": "40",
                    "source": "computed",
                    "metric": "utilisation_rate",
                    "averaging": "mean_of_ratios",
                    "metric_parameters": {"nominal_hours": "1600"},
                    "function": {"kind": "capped_linear", "benchmark": "0.6"},
                },
                {
                    "code": "results",
                    **NAMES,
                    "note_zh": "说明",
                    "points": "20",
                    "source": "reported",
                    "whole": True,
                    "function": {
                        "kind": "weighted_sum",
                        "parts": [
                            {"code": "papers", **NAMES, "points": "2"},
                            {"code": "patents", **NAMES, "points": "5", "per": "2"},
                        ],
                    },
                },
            ],
        },
        {
            "code": "rating",
            **NAMES,
            "points": "40",
            "source": "given",
            "function": {"kind": "given", "scale": "100"},
        },
    ],
    "scope": {
        "min_value_yuan": "300000",
        "funding": ["central"],
        "months_on_platform": 12,
        "unit_kinds": ["university"],
        "min_instruments": 5,
    },
    "grade_rule": {
        "cut_offs": {"excellent": "85", "good": "75", "pass": "60"},
        "quotas": {"excellent": {"kind": "percent", "value": "20"}, "good": {"kind": "number", "value": 13}},
        "tie_break": "use",
        "fail_rules": [
            {"code": "no_sharing", **NAMES, "metric": "external_hours", "test": "at_most", "value": "0"},
            {"code": "bad_rating", **NAMES, "indicator": "rating", "test": "at_most", "value": "10"},
        ],
    },
    "award_rule": {
        "grade_weights": {"excellent": "1.5", "good": "1"},
        "base_sums": {"excellent": "60000", "good": "30000"},
        "share_by": "score",
        "cap": "500000",
    },
}
REMOVE = object()


def changed(*path_and_value):
    """A copy of the good scheme with one place changed."""
    *path, key, value = path_and_value
    data = copy.deepcopy(GOOD)
    place = data
    for step in path:
        place = place[step]
    if value is REMOVE:
        del place[key]
    else:
        place[key] = value
    return data


def problems(data):
    with pytest.raises(SchemeProblems) as refused:
        parse_scheme(data)
    return [str(problem) for problem in refused.value.problems]


HOURS = ("indicators", 0, "children", 0)
RESULTS = ("indicators", 0, "children", 1)
RATING = ("indicators", 1)


def test_a_good_scheme_is_read():
    scheme = parse_scheme(GOOD)
    assert [indicator.code for indicator, _, _ in scheme.walk()] == ["use", "hours", "results", "rating"]
    assert [(parent, level) for _, parent, level in scheme.walk()] == [
        ("", 1),
        ("use", 2),
        ("use", 2),
        ("", 1),
    ]
    assert [leaf.code for leaf in scheme.leaves()] == ["hours", "results", "rating"]
    assert scheme.indicator("hours").metric_parameters == {"nominal_hours": D(1600)}
    assert scheme.scope.min_instruments == 5
    assert scheme.grade_rule.quotas["good"].value == D(13)
    assert scheme.award_rule.cap == D(500_000)
    with pytest.raises(KeyError):
        scheme.indicator("nothing")


def test_a_scheme_written_and_read_again_is_the_same():
    for scheme in [parse_scheme(GOOD), *(preset.definition for preset in load_presets())]:
        written = to_dict(scheme)
        assert parse_scheme(json.loads(json.dumps(written))) == scheme
        assert to_dict(parse_scheme(written)) == written


def test_what_is_written_never_changes():
    """Seals of rounds rest on every sign of it, and on the order of its keys where a database keeps text."""
    written = json.dumps(to_dict(parse_scheme(GOOD)), ensure_ascii=False)
    assert hashlib.sha256(written.encode()).hexdigest() == (
        "dd14cf8e6666340eeb0d92bbae4368db60860a753b73e174d470fec2d218aefb"
    )


def test_defaults_are_filled_in():
    scheme = parse_scheme(
        {
            "object_kind": "instrument",
            "indicators": [{**GOOD["indicators"][1], "points": "100", "function": {"kind": "given"}}],
            "grade_rule": {"cut_offs": {"pass": "60"}},
            "award_rule": None,
        }
    )
    assert (scheme.total, scheme.award_rule, scheme.scope.min_instruments) == (D(100), None, 1)
    assert scheme.indicators[0].function.scale is None


def test_reported_fields_name_one_key_per_number():
    scheme = parse_scheme(GOOD)
    assert [field.key for field in reported_fields(scheme.indicator("results"))] == [
        "results.papers",
        "results.patents",
    ]
    assert reported_fields(scheme.indicator("hours")) == ()
    moe = {preset.code: preset for preset in load_presets()}["moe_2000"].definition
    assert [field.key for field in reported_fields(moe.indicator("functions_used"))] == [
        "functions_used.used",
        "functions_used.original",
    ]
    assert [field.key for field in reported_fields(moe.indicator("core_papers"))] == ["core_papers"]


def test_a_scheme_says_what_it_asks_of_whom():
    """Units are asked for two counts, judges for one score."""
    scheme = parse_scheme(GOOD)
    asked = [(one.indicator.code, one.field.key) for one in asked_fields(scheme)]
    assert asked == [("results", "results.papers"), ("results", "results.patents")]
    assert [indicator.code for indicator in given_indicators(scheme)] == ["rating"]


def test_all_problems_are_listed_with_their_paths():
    data = copy.deepcopy(GOOD)
    data["object_kind"] = "crew"
    data["colour"] = "red"
    data["indicators"][0]["children"][0]["function"]["benchmark"] = "0"
    data["indicators"][0]["children"][1]["points"] = 20.5
    data["indicators"][1]["code"] = "hours"
    data["scope"]["min_value_yuan"] = "-1"
    data["grade_rule"]["cut_offs"]["good"] = "90"
    data["award_rule"]["share_by"] = "luck"
    assert problems(data) == [
        "colour: is not known here",
        "object_kind: must be one of: unit, instrument",
        "indicators[0].children[0].function.benchmark: must be > 0",
        "indicators[0].children[1].points: must be a decimal in quotes, not a floating-point number",
        "indicators: is used twice: hours",
        "scope.min_value_yuan: must be ≥ 0",
        "grade_rule.cut_offs: cut-offs must fall from the better to the lower grade",
        "grade_rule.fail_rules[1].indicator: must name a scored indicator",
        "award_rule.share_by: must be one of: score, external_hours, score_x_external_hours, equal",
    ]


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


def test_a_tree_without_end_is_too_deep():
    """However deep it is, it is refused and not read to the end."""
    tree = LEAF
    for _level in range(400):
        tree = {"code": "deep", **NAMES, "points": "40", "children": [tree]}
    found = problems(changed(*HOURS, tree))
    assert found[0].endswith("is deeper than 3 levels")


PLACES = [
    ("object_kind",), ("total",), ("indicators",), ("indicators", 0), HOURS, (*HOURS, "points"), (*HOURS, "averaging"),
    (*HOURS, "metric_parameters"), (*HOURS, "function"), (*HOURS, "function", "kind"), (*RESULTS, "whole"),
    (*RESULTS, "function", "parts"), (*RESULTS, "function", "parts", 0), (*RATING, "source"), ("scope", "funding"),
    ("scope", "min_instruments"), ("grade_rule", "cut_offs"), ("grade_rule", "quotas", "good"),
    ("grade_rule", "fail_rules"), ("grade_rule", "fail_rules", 0), ("award_rule", "base_sums"), ("award_rule", "cap"),
]  # fmt: skip
WORDS = st.text(max_size=3) | st.sampled_from(
    ("kind", "code", "children", "points", "bands", "given", "unit", "1")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


@given(place=st.sampled_from(PLACES), value=VALUES)
def test_whatever_stands_anywhere_is_read_or_named(place, value):
    """No value makes the reader fail in a way of its own, and what it read it writes and reads again."""
    try:
        scheme = parse_scheme(changed(*place, value))
    except SchemeProblems as refused:
        scheme, named = None, str(refused)
    assert named if scheme is None else parse_scheme(to_dict(scheme)) == scheme


def test_every_sentence_can_be_filled_in():
    filled = dict.fromkeys(re.findall(r"%\((\w+)\)s", " ".join(SENTENCES.values())), "x")
    for sentence in SENTENCES.values():
        assert "%" not in sentence % filled


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.50", "1.5"), ("100", "100"), ("1E+2", "100"), ("0.00", "0"), ("-0.0", "0"), ("-1.20", "-1.2")],
)
def test_decimal_text_is_one_text_per_number(number, text):
    assert decimal_text(D(number)) == text
