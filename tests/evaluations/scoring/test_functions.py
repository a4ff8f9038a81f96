"""Scoring functions, each case worked by hand with its source."""

from decimal import Decimal

import pytest

from evaluations.scoring.definition import (
    Band,
    Bands,
    CappedLinear,
    Choice,
    Given,
    Indicator,
    Option,
    PerCount,
    WeightedPart,
    WeightedSum,
    YesNo,
)
from evaluations.scoring.functions import (
    refused_number,
    refused_value,
    score_given,
    score_value,
    score_weighted_sum,
)
from tests.evaluations.scoring.explained import FORMULAS, VALUE_REFUSALS

D = Decimal
FUNCTION_BANDS = Bands(
    tuple(
        Band(D(low), D(points))
        for low, points in [("0.2", 12), ("0.4", 24), ("0.6", 36), ("0.8", 48), ("1", 60)]
    )
)
PLATFORM = Choice(
    (
        Option(D(0), D(0), "无", "None"),
        Option(D(1), D(3), "集约化", "Intensive"),
        Option(D(2), D(5), "实体化", "Physical"),
    )
)


@pytest.mark.parametrize(
    ("function", "value", "full", "points"),
    [
        # domain 3.3, sharing rate: (rate / 0.1) × 10, cap 10
        (CappedLinear(D("0.1")), "0.0433", 10, "4.33"),
        (CappedLinear(D("0.1")), "0.433", 10, "10"),
        # domain 3.3, income rate: (rate / 0.2) × 15, cap 15: 0.05 / 0.2 × 15
        (CappedLinear(D("0.2")), "0.05", 15, "3.75"),
        # rounded half up: 694 / 1400 × 35 = 17.35; 1/3 of 10; 0.00005/1×100 = 0.005
        (CappedLinear(D(1400)), "694", 35, "17.35"),
        (CappedLinear(D(3)), "1", 10, "3.33"),
        (CappedLinear(D(1)), "0.00005", 100, "0.01"),
        (CappedLinear(D(1)), "0", 100, "0"),
        # domain 3.3, mean hours: 1 point per 100 h, cap 15
        (PerCount(D(1), D(100)), "694", 15, "6.94"),
        (PerCount(D(1), D(100), whole_steps=True), "694", 15, "6"),
        (PerCount(D(1), D(100)), "1599", 15, "15"),
        # domain 4: 10 per person; 1 per 30 persons; 5 per 1,000 yuan
        (PerCount(D(10)), "3", 100, "30"),
        (PerCount(D(1), D(30)), "45", 100, "1.5"),
        (PerCount(D(5), D(1000)), "12000", 100, "60"),
        # domain 4, functions: 100 % 60; from 80 % 48; from 60 % 36; from 40 % 24; from 20 % 12; below 0
        (FUNCTION_BANDS, "1", 60, "60"),
        (FUNCTION_BANDS, "0.9999", 60, "48"),
        (FUNCTION_BANDS, "0.8", 60, "48"),
        (FUNCTION_BANDS, "0.2", 60, "12"),
        (FUNCTION_BANDS, "0.1999", 60, "0"),
        (YesNo(), "1", 4, "4"),
        (YesNo(), "0", 4, "0"),
        # domain 3.3, platform: physical 5, intensive 3, none 0
        (PLATFORM, "2", 5, "5"),
        (PLATFORM, "1", 5, "3"),
        (PLATFORM, "0", 5, "0"),
    ],
)
def test_score_value(function, value, full, points):
    got = score_value(function, D(value), D(full))
    assert got.points == D(points)
    assert got.points.as_tuple().exponent == -2
    assert got.formula == function.kind
    assert set(got.inputs) == set(FORMULAS[function.kind])
    assert not got.missing


def test_bands_name_the_bound_that_was_reached():
    assert score_value(FUNCTION_BANDS, D("0.5"), D(60)).inputs["lower"] == D("0.4")
    assert score_value(FUNCTION_BANDS, D("0.1"), D(60)).inputs["lower"] is None


@pytest.mark.parametrize("function", [CappedLinear(D(1)), PerCount(D(1)), FUNCTION_BANDS, YesNo(), PLATFORM])
def test_a_missing_value_gives_nothing_and_is_flagged(function):
    got = score_value(function, None, D(10))
    assert (got.points, got.formula, got.missing) == (D(0), "missing_value", True)
    assert set(got.inputs) == set(FORMULAS["missing_value"])


def test_missing_is_not_zero():
    bands = Bands((Band(D(0), D(1)), Band(D(1), D(5))))
    assert score_value(bands, D(0), D(5)).points == D(1)
    assert score_value(bands, None, D(5)).points == D(0)


@pytest.mark.parametrize(
    ("scale", "values", "points"),
    [
        (None, ["4"], "4"),
        (None, ["4", "5", "5"], "4.67"),  # 14 / 3
        (D(100), ["80", "85"], "4.13"),  # 82.5 / 100 × 5 = 4.125, half up
        (None, ["0"], "0"),
        (None, [], "0"),
    ],
)
def test_score_given_is_the_mean_stretched_to_full_points(scale, values, points):
    got = score_given(Given(scale), [D(value) for value in values], D(5))
    assert got.points == D(points)
    assert got.missing is (not values)
    assert set(got.inputs) == set(FORMULAS[got.formula])


PEOPLE = WeightedSum(
    (
        WeightedPart("licensed", "独立", "Licensed", D(10)),
        WeightedPart("guided", "指导", "Guided", D(3)),
        WeightedPart("shown", "演示", "Shown", D(1), D(30)),
    )
)


def test_weighted_sum_adds_counts_up_to_the_cap():
    # domain 4, training: 3 × 10 + 5 × 3 + 60 / 30 = 47
    got = score_weighted_sum(PEOPLE, {"licensed": D(3), "guided": D(5), "shown": D(60)}, D(100))
    assert (got.points, got.missing) == (D(47), False)
    assert got.inputs["guided"] == D(5)
    assert got.inputs["guided.points"] == D(15)
    parts = {key for part in PEOPLE.parts for key in (part.code, f"{part.code}.points")}
    assert set(got.inputs) == set(FORMULAS["weighted_sum"]) | parts
    capped = score_weighted_sum(PEOPLE, {"licensed": D(11), "guided": D(0), "shown": D(0)}, D(100))
    assert (capped.points, capped.inputs["sum"]) == (D(100), D(110))


def test_weighted_sum_counts_a_missing_part_as_zero_and_flags_it():
    got = score_weighted_sum(PEOPLE, {"licensed": D(1), "guided": None}, D(100))
    assert (got.points, got.missing) == (D(10), True)


@pytest.mark.parametrize(
    ("function", "value", "reason"),
    [
        (CappedLinear(D(1)), "-1", "negative"),
        (Given(), "5.01", "above_scale"),
        (Given(D(100)), "101", "above_scale"),
        (Given(D(100)), "100", ""),
        (YesNo(), "0.5", "not_yes_or_no"),
        (PLATFORM, "3", "not_an_option"),
        (PLATFORM, "2.0", ""),
        (PerCount(D(1)), "1000000", ""),
    ],
)
def test_refused_value_says_why(function, value, reason):
    assert refused_value(function, D(value), D(5)) == reason
    assert reason in {"", *VALUE_REFUSALS}


def test_a_refused_value_is_never_scored():
    with pytest.raises(ValueError, match="not_an_option"):
        score_value(PLATFORM, D(9), D(5))
    with pytest.raises(ValueError, match="above_scale"):
        score_given(Given(), [D(6)], D(5))
    with pytest.raises(ValueError, match="negative"):
        score_weighted_sum(PEOPLE, {"licensed": D(-1)}, D(100))


def test_functions_of_several_values_do_not_score_one():
    with pytest.raises(ValueError, match="single value"):
        score_value(Given(), D(1), D(5))
    with pytest.raises(ValueError, match="single value"):
        score_value(PEOPLE, D(1), D(5))


@pytest.mark.parametrize(
    ("function", "whole", "key", "value", "reason"),
    [
        (PerCount(D(1)), True, "i", "9.5", "not_whole"),
        (PerCount(D(1)), True, "i", "9.0", ""),
        (PerCount(D(1)), False, "i", "9.5", ""),
        (PerCount(D(1)), False, "i", "-1", "negative"),
        (YesNo(), False, "i", "2", "not_yes_or_no"),
        (PerCount(D(1)), False, "i.part", "-1", "negative"),
        (PerCount(D(1)), False, "i.part", "7", ""),
        (None, False, "i", "-0.5", "negative"),
    ],
)
def test_refused_number_says_why(function, whole, key, value, reason):
    """A count is whole; a part of an indicator, or one without a function, is only never negative."""
    indicator = Indicator("i", "指标", "Indicator", D(10), function=function, whole=whole)
    assert refused_number(indicator, key, D(value)) == reason
