"""The sentences of a score: the rule of an indicator, and the rule with this object's numbers put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from changes.errors import Sentence
from display.formats import is_chinese
from evaluations.schemes.wording.figures import measure_of, measured, part_measure_of, plain
from evaluations.scoring.aggregate import ZERO_DENOMINATOR
from evaluations.scoring.definition import (
    Bands,
    CappedLinear,
    Choice,
    Given,
    Indicator,
    PerCount,
    WeightedSum,
    YesNo,
)
from evaluations.scoring.metrics import MEAN, MEAN_OF_RATIOS, RATIO, RATIO_OF_SUMS, SUM

FILLED: dict[str, Sentence] = {
    "capped_linear": _("%(full)s × min(1, %(value)s ÷ %(benchmark)s) = %(points)s"),
    "per_count": _("min(%(full)s, %(value)s ÷ %(per)s × %(points_each)s) = %(points)s"),
    "bands": _("%(value)s reaches the band from %(lower)s on: %(points)s"),
    "bands_below": _("%(value)s is below the lowest band: %(points)s"),
    "yes": _("Yes: %(points)s"),
    "no": _("No: %(points)s"),
    "choice": _("Chosen: %(option)s: %(points)s"),
    "given": _("%(full)s × %(value)s ÷ %(scale)s = %(points)s, where %(value)s is the mean of %(n)s scores"),
    "given_once": _("%(full)s × %(value)s ÷ %(scale)s = %(points)s, where %(value)s is the only score"),
    "weighted_sum": _("min(%(full)s, %(terms)s) = %(points)s"),
    "missing_value": _("No value was entered, so 0 points."),
    "no_rows": _("No instrument is in scope, so 0 points."),
    "sum_of_children": _("Sum of the indicators below: %(points)s"),
    "weighted_subtotal": _("%(weight)s × min(%(subtotal_cap)s, %(sum)s) = %(points)s"),
}
MEASURED: dict[str, Sentence] = {
    SUM: _("Sum over %(n)s instruments in scope: %(value)s"),
    MEAN: _("%(numerator)s ÷ %(n)s instruments = %(value)s"),
    RATIO_OF_SUMS: _("%(numerator)s ÷ %(denominator)s = %(value)s"),
    MEAN_OF_RATIOS: _("Sum of the single rates %(numerator)s ÷ %(n)s instruments = %(value)s"),
}
AVERAGED: dict[str, Sentence] = {
    SUM: _("sum over the instruments in scope"),
    MEAN: _("mean over the instruments in scope"),
    RATIO_OF_SUMS: _("sum divided by sum, over the instruments in scope"),
    MEAN_OF_RATIOS: _("mean of the instruments' own rates"),
}
ZERO_NOTE = ngettext_lazy(
    "%(count)s instrument had nothing to divide by and counts as 0.",
    "%(count)s instruments had nothing to divide by and count as 0.",
    "count",
)
WITH_NOTE = _("%(sentence)s; %(note)s")
WHOLE_STEPS = _("A begun step does not count.")


def rule_of(indicator: Indicator, language: str) -> str:
    """The rule of one indicator in one sentence, without anybody's numbers."""
    function, full = indicator.function, plain(indicator.points)
    measure = RATIO if indicator.ratio else measure_of(indicator.metric)

    def shown(value: object) -> str:
        return measured(value, measure) if measure else plain(value)

    match function:
        case CappedLinear(benchmark=benchmark):
            text = _("%(full)s × value ÷ %(benchmark)s, at most %(full)s") % {
                "full": full,
                "benchmark": shown(benchmark),
            }
        case PerCount(points_each=each, per=per) if per == 1 and not measure:
            one = ngettext(
                "%(each)s point for each, at most %(full)s",
                "%(each)s points for each, at most %(full)s",
                _number_of(each),
            )
            text = one % {"each": plain(each), "full": full}
        case PerCount(points_each=each, per=per, whole_steps=whole):
            one = ngettext(
                "%(each)s point for every %(per)s, at most %(full)s",
                "%(each)s points for every %(per)s, at most %(full)s",
                _number_of(each),
            )
            text = one % {
                "each": plain(each),
                "per": shown(per),
                "full": full,
            }
            text = f"{text} {WHOLE_STEPS}" if whole else text
        case Bands(bands=bands):
            text = _listed(
                (
                    _("from %(lower)s on %(points)s points")
                    % {"lower": shown(b.lower), "points": plain(b.points)}
                    for b in reversed(bands)
                ),
                language,
            )
        case YesNo():
            text = _("Yes: %(full)s, no: 0") % {"full": full}
        case Choice(options=options):
            text = _listed(
                (
                    _("“%(answer)s” gives %(points)s points")
                    % {"answer": _name(option, language), "points": plain(option.points)}
                    for option in options
                ),
                language,
            )
        case Given(scale=scale):
            text = _("Mean of the judges' scores, 0 to %(scale)s, as a part of %(full)s points") % {
                "scale": plain(full if scale is None else scale),
                "full": full,
            }
        case WeightedSum(parts=parts):
            text = "; ".join(
                _("%(name)s: %(points)s for every %(per)s")
                % {"name": _name(part, language), "points": plain(part.points), "per": plain(part.per)}
                for part in parts
            )
        case _:
            text = group_rule(indicator)
    return str(text)


def _listed(sentences: Iterable[str], language: str) -> str:
    """Clauses joined as the language joins them, with a full stop at the end."""
    joint, stop = ("，", "。") if is_chinese(language) else (", ", ".")
    text = joint.join(sentences) + stop
    return text[:1].upper() + text[1:]


def group_rule(indicator: Indicator) -> str:
    """How a group's points come from its children."""
    if indicator.weight is None:
        return ""
    values = {"weight": plain(indicator.weight), "cap": plain(indicator.subtotal_cap)}
    return _("%(weight)s × the sum of its indicators, which counts up to %(cap)s") % values


def filled(
    indicator: Indicator, formula: str, inputs: Mapping[str, Any], points: object, language: str
) -> str:
    """The rule with the numbers of one object put in. `inputs` as stored with the score."""
    metric: Mapping[str, Any] = inputs.get("metric") or {}
    measure = RATIO if indicator.ratio else measure_of(str(metric.get("metric", "")))
    values = {name: plain(value) for name, value in inputs.items() if not isinstance(value, Mapping | list)}
    values["points"] = str(points)
    for name in ("value", "benchmark", "lower", "per"):
        if name in inputs and measure and formula in {"capped_linear", "per_count", "bands"}:
            values[name] = measured(inputs[name], measure)
    key = formula
    if formula == "bands" and inputs.get("lower") is None:
        key = "bands_below"
    elif formula == "given" and values.get("n") == "1":
        key = "given_once"
    elif formula == "yes_no":
        key = "yes" if inputs.get("value") == "1" else "no"
    elif formula == "missing_value" and "no_rows" in metric.get("flags", []):
        key = "no_rows"
    elif isinstance(indicator.function, Choice):
        values["option"] = _option(indicator.function, str(inputs.get("value")), language)
    elif isinstance(indicator.function, WeightedSum):
        values["terms"] = _terms(indicator.function, inputs)
    template: Any = FILLED[key]
    sentence = str(template % values)
    if formula == "per_count" and inputs.get("whole_steps") == "yes":
        sentence = f"{sentence} {WHOLE_STEPS}"
    return sentence


def measured_from(inputs: Mapping[str, Any]) -> str:
    """How the value that was scored was measured or reported; "" for values entered as they are."""
    metric: Mapping[str, Any] = inputs.get("metric") or {}
    if not metric:
        if "numerator" not in inputs:
            return ""
        return f"{plain(inputs['numerator'])} ÷ {plain(inputs['denominator'])} = {measured(inputs['value'], RATIO)}"
    name, averaging = str(metric["metric"]), str(metric["averaging"])
    parts = "" if averaging == MEAN_OF_RATIOS else part_measure_of(name)
    values = {
        "n": plain(metric["n"]),
        "value": measured(metric["value"], measure_of(name)),
        "numerator": measured(metric["numerator"], parts),
        "denominator": measured(metric["denominator"], parts),
    }
    template: Any = MEASURED[averaging]
    sentence = str(template % values)
    zeros = int(metric.get("zero_denominators", 0))
    if zeros and averaging == MEAN_OF_RATIOS and ZERO_DENOMINATOR in metric.get("flags", []):
        sentence = str(WITH_NOTE % {"sentence": sentence, "note": ZERO_NOTE % {"count": zeros}})
    return sentence


def _number_of(points: Decimal) -> int:
    """Which grammatical number a figure takes: one for exactly 1."""
    return 1 if points == 1 else 2


def _terms(function: WeightedSum, inputs: Mapping[str, Any]) -> str:
    return " + ".join(
        f"{plain(inputs.get(part.code) or 0)} × {plain(part.points)}"
        + ("" if part.per == 1 else f" ÷ {plain(part.per)}")
        for part in function.parts
    )


def _option(function: Choice, value: str, language: str) -> str:
    names = (_name(option, language) for option in function.options if plain(option.value) == plain(value))
    return next(names, value)


def _name(named: Any, language: str) -> str:
    return str(named.name_zh if is_chinese(language) else named.name_en)
