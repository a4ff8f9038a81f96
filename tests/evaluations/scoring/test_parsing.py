"""A scheme is read whole, or refused with all that is wrong."""

import copy
import hashlib
import json
import re
from decimal import Decimal

import pytest

from evaluations.scoring.definition import asked_fields, given_indicators, reported_fields
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
