"""The sentences of what can be wrong with a scheme, in the reader's language; codes are those of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "required": _("is required"),
    "unknown_key": _("is not known here"),
    "not_an_object": _("must be an object"),
    "not_a_list": _("must be a list"),
    "empty_list": _("must not be empty"),
    "not_text": _("must be text"),
    "empty_text": _("must not be empty"),
    "too_long": _("must have at most %(limit)s characters"),
    "bad_code": _("must be a code: small letters, digits and underscores, a letter first, at most %(limit)s"),
    "double_code": _("is used twice: %(name)s"),
    "not_a_choice": _("must be one of: %(choices)s"),
    "not_a_boolean": _("must be true or false"),
    "float_refused": _("must be a decimal in quotes, not a floating-point number"),
    "not_a_decimal": _("must be a decimal number in quotes"),
    "not_an_integer": _("must be a whole number"),
    "not_positive": _("must be > 0"),
    "negative": _("must be ≥ 0"),
    "too_large": _("must be ≤ %(limit)s"),
    "too_precise": _("must have at most %(places)s decimals"),
    "children_sum": _("children add up to %(sum)s, not to %(points)s"),
    "total_sum": _("first-level indicators add up to %(sum)s, not to %(points)s"),
    "weight_product": _("weight × subtotal_cap is %(product)s, not %(points)s"),
    "weight_needs_cap": _("weight and subtotal_cap go together"),
    "group_is_not_scored": _("a group has no %(name)s of its own"),
    "leaf_has_no_weight": _("only a group has %(name)s"),
    "too_deep": _("is deeper than %(limit)s levels"),
    "wrong_source": _("does not fit the source %(source)s"),
    "function_of_source": _("a %(source)s indicator is scored by: %(choices)s"),
    "bands_order": _("lower bounds must rise from band to band"),
    "bands_points": _("points must rise with the lower bound"),
    "full_not_reached": _("the most to be had is %(most)s, not the full %(points)s points"),
    "ratio_parts": _("a ratio has exactly two parts: numerator, denominator"),
    "not_with_ratio": _("cannot score a ratio"),
    "only_with_ratio": _("is said of a ratio only"),
    "parameter_of_metric": _("is not a parameter of %(metric)s"),
    "cut_offs_order": _("cut-offs must fall from the better to the lower grade"),
    "quota_without_cut_off": _("has a quota but no cut-off"),
    "not_first_level": _("must name a first-level indicator"),
    "no_such_indicator": _("must name a scored indicator"),
    "indicator_without_value": _("must name an indicator with one value"),
    "metric_or_indicator": _("needs a metric or an indicator, and not both"),
    "grade_order": _("a lower grade must not get more than a better one"),
    "base_above_cap": _("must not be above the cap of %(cap)s"),
    "award_for_units": _(
        "pays nobody in a scheme for single instruments, for an award goes to a legal person: leave it out"
    ),
    "base_without_weight": _("has a base sum but no weight"),
}


def problem_sentence(code: str, inputs: Mapping[str, str]) -> str:
    """One problem in words, its numbers filled in."""
    template: Any = SENTENCES[code]
    return str(template % inputs) if inputs else str(template)
