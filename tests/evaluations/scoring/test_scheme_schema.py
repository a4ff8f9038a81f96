"""The published JSON Schema says what the reader reads, as far as a shape can say it."""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.core.management import call_command

from evaluations.scoring.parsing import scheme_schema
from evaluations.scoring.presets import load_presets
from evaluations.scoring.writing import to_dict
from tests.evaluations.scoring.test_parsing import GOOD, HOURS, NAMES, RATING, REMOVE, RESULTS, changed

VALIDATOR = jsonschema.Draft202012Validator(scheme_schema())


def test_the_schema_is_one_and_is_printed(capsys):
    """What the command prints is what the library reads by."""
    jsonschema.Draft202012Validator.check_schema(scheme_schema())
    call_command("scheme_schema")
    assert json.loads(capsys.readouterr().out) == scheme_schema()


@pytest.mark.parametrize("preset", load_presets(), ids=lambda preset: preset.code)
def test_every_preset_is_valid_as_it_stands_and_as_it_is_written(preset):
    """Nothing that the system ships or stores is refused."""
    VALIDATOR.validate(preset.data)
    VALIDATOR.validate(to_dict(preset.definition))


def test_the_good_scheme_is_valid():
    """So that each refusal below is for the one place that is changed."""
    VALIDATOR.validate(GOOD)


@pytest.mark.parametrize(
    "data",
    [
        changed("colour", "red"),
        changed("object_kind", "crew"),
        changed("total", 99.5),
        changed("total", "1e2"),
        changed("indicators", []),
        changed("grade_rule", REMOVE),
        changed("grade_rule", "cut_offs", "fail", "0"),
        changed("grade_rule", "fail_rules", 0, "indicator", "rating"),
        changed("award_rule", "share_by", "luck"),
        changed("scope", "months_on_platform", 1.5),
        changed(*HOURS, "metric", "happiness"),
        changed(*HOURS, "ratio", [{"code": "a", **NAMES}, {"code": "b", **NAMES}]),
        changed(*HOURS, "function", {"kind": "yes_no"}),
        changed(*HOURS, "function", {"benchmark": "0.6"}),
        changed(*RESULTS, "code", "Bad Code"),
        changed(*RESULTS, "whole", "yes"),
        changed(*RATING, "function", {"scale": "100"}),
        changed(*RATING, "function", "scale", None),
        changed(*RATING, "weight", "0.4"),
        changed("indicators", 0, "weight", "0.6"),
        changed("indicators", 0, "source", "given"),
    ],
)
def test_a_bad_shape_is_refused(data):
    """Unknown keys and words, floats, parts of another source, half a weight."""
    assert not VALIDATOR.is_valid(data)
