"""Scoring functions: a value and parameters become points, with the numbers that explain them.

A missing value (None) gives 0 points and is flagged; it is not the same as a reported 0, which a band may
reward. Points are exact inside and rounded half up to two decimals at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaluations.scoring.definition import (
    Bands,
    CappedLinear,
    Choice,
    Function,
    Given,
    Indicator,
    PerCount,
    WeightedSum,
    YesNo,
)
from evaluations.scoring.rounding import to_points, to_value

Input = Decimal | int | str | None
ZERO = Decimal(0)

MISSING_VALUE = "missing_value"
NEGATIVE = "negative"
ABOVE_SCALE = "above_scale"
NOT_YES_OR_NO = "not_yes_or_no"
NOT_AN_OPTION = "not_an_option"
NOT_WHOLE = "not_whole"


@dataclass(frozen=True)
class Scored:
    """Points, the key of the formula that gave them, and its named inputs (`schemes.wording.formulas` says them)."""

    points: Decimal
    formula: str
    inputs: Mapping[str, Input]
    missing: bool = False


def refused_value(function: Function, value: Decimal, full: Decimal) -> str:
    """Why the value cannot be entered for this function: a code, or "" if it can.

    Codes: negative, above_scale, not_yes_or_no, not_an_option.
    """
    if value < 0:
        return NEGATIVE
    if isinstance(function, Given) and value > (full if function.scale is None else function.scale):
        return ABOVE_SCALE
    if isinstance(function, YesNo) and value not in {0, 1}:
        return NOT_YES_OR_NO
    if isinstance(function, Choice) and value not in {option.value for option in function.options}:
        return NOT_AN_OPTION
    return ""


def score_value(function: Function, value: Decimal | None, full: Decimal) -> Scored:
    """Score one value with a function of one value. Raises ValueError if the function refuses the value."""
    if value is None:
        return missing(full)
    _refuse(function, value, full)
    match function:
        case CappedLinear():
            points, inputs = _capped_linear(function, value, full)
        case PerCount():
            points, inputs = _per_count(function, value, full)
        case Bands():
            points, inputs = _bands(function, value, full)
        case YesNo():
            points, inputs = Fraction(full if value else ZERO), {}
        case Choice():
            chosen = next(option for option in function.options if option.value == value)
            points, inputs = Fraction(chosen.points), {"option_points": chosen.points}
        case _:
            raise ValueError(f"{function.kind} does not score a single value")
    return Scored(to_points(points), function.kind, {"value": value, "full": full, **inputs})


def refused_number(indicator: Indicator, key: str, value: Decimal) -> str:
    """Why a number cannot be entered for an indicator under `key` (its code, or `indicator.part`): a code, or "".

    Codes: not_whole, and those of `refused_value`.
    """
    function = indicator.function
    if indicator.whole and value != value.to_integral_value():
        return NOT_WHOLE
    if key != indicator.code or function is None or isinstance(function, WeightedSum):
        return NEGATIVE if value < 0 else ""
    return refused_value(function, value, indicator.points)


def score_given(function: Given, values: Sequence[Decimal], full: Decimal) -> Scored:
    """The mean of the scores given, as points. Raises ValueError for a score below 0 or above the scale."""
    if not values:
        return missing(full)
    for value in values:
        _refuse(function, value, full)
    scale = full if function.scale is None else function.scale
    mean = sum((Fraction(value) for value in values), Fraction(0)) / len(values)
    points = mean * Fraction(full) / Fraction(scale)
    inputs: dict[str, Input] = {"value": to_value(mean), "n": len(values), "scale": scale, "full": full}
    return Scored(to_points(points), function.kind, inputs)


def score_weighted_sum(function: WeightedSum, values: Mapping[str, Decimal | None], full: Decimal) -> Scored:
    """The capped sum of several counts, by part code; a missing count is 0 and flags the whole.

    The inputs hold, per part: its count as `<part>`, its points as `<part>.points`; and the uncapped sum.
    """
    inputs: dict[str, Input] = {"full": full}
    total = Fraction(0)
    for part in function.parts:
        value = values.get(part.code)
        if value is not None:
            _refuse(function, value, full)
        earned = Fraction(value or ZERO) * Fraction(part.points) / Fraction(part.per)
        inputs[part.code] = value
        inputs[f"{part.code}.points"] = to_points(earned)
        total += earned
    inputs["sum"] = to_points(total)
    absent = any(values.get(part.code) is None for part in function.parts)
    return Scored(to_points(min(total, Fraction(full))), function.kind, inputs, absent)


def missing(full: Decimal) -> Scored:
    """No value: 0 points, flagged."""
    return Scored(to_points(ZERO), MISSING_VALUE, {"full": full}, missing=True)


def _refuse(function: Function, value: Decimal, full: Decimal) -> None:
    reason = refused_value(function, value, full)
    if reason:
        raise ValueError(f"{function.kind} refuses {value}: {reason}")


def _capped_linear(
    function: CappedLinear, value: Decimal, full: Decimal
) -> tuple[Fraction, dict[str, Input]]:
    points = Fraction(value) * Fraction(full) / Fraction(function.benchmark)
    return min(points, Fraction(full)), {"benchmark": function.benchmark}


def _per_count(function: PerCount, value: Decimal, full: Decimal) -> tuple[Fraction, dict[str, Input]]:
    steps = Fraction(value) / Fraction(function.per)
    if function.whole_steps:
        steps = Fraction(int(steps))
    points = steps * Fraction(function.points_each)
    inputs: dict[str, Input] = {
        "per": function.per,
        "points_each": function.points_each,
        "whole_steps": "yes" if function.whole_steps else "no",
    }
    return min(points, Fraction(full)), inputs


def _bands(function: Bands, value: Decimal, full: Decimal) -> tuple[Fraction, dict[str, Input]]:
    reached = [band for band in function.bands if value >= band.lower]
    if not reached:
        return Fraction(0), {"lower": None, "band_points": ZERO}
    best = max(reached, key=lambda band: band.lower)
    return Fraction(best.points), {"lower": best.lower, "band_points": best.points}
