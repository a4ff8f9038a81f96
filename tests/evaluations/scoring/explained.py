"""What can be explained: every formula key, metric input and grade reason with its named inputs.

Every key and input the arithmetic gives stands in these tables; `schemes.wording` has the sentences.
"""

from __future__ import annotations

FORMULAS: dict[str, tuple[str, ...]] = {
    "capped_linear": ("value", "full", "benchmark"),
    "per_count": ("value", "full", "per", "points_each", "whole_steps"),
    "bands": ("value", "full", "lower", "band_points"),
    "yes_no": ("value", "full"),
    "choice": ("value", "full", "option_points"),
    "given": ("value", "n", "scale", "full"),
    "weighted_sum": ("full", "sum"),
    "missing_value": ("full",),
    "sum_of_children": ("sum", "full"),
    "weighted_subtotal": ("sum", "subtotal", "subtotal_cap", "weight", "full"),
}
"""`weighted_sum` also has, per part of its function, `<part>` (the count) and `<part>.points`."""

RATIO_INPUTS = ("numerator", "denominator")
"""Further inputs of a function scored on a ratio that the unit reported as two numbers."""

METRIC_INPUTS = (
    "metric",
    "averaging",
    "value",
    "numerator",
    "denominator",
    "n",
    "zero_denominators",
    "parameters",
    "flags",
)
"""Under "metric" in the inputs of a computed indicator."""

METRIC_FLAGS = ("no_rows", "zero_denominator")

GRADE_REASONS: dict[str, tuple[str, ...]] = {
    "reached_cut_off": ("score", "cut_off"),
    "quota_full": ("score", "cut_off", "wanted", "quota", "tied_with"),
    "quota_tied": ("score", "cut_off", "wanted", "quota", "tied_with", "tied_for"),
    "quota_decided": ("score", "cut_off", "wanted", "quota", "tied_with", "tied_for"),
    "fail_rule": ("rule", "value"),
    "below_all": ("score", "cut_off"),
}

UNALLOCATED_REASONS = ("nobody_eligible", "all_at_cap")
VALUE_REFUSALS = ("negative", "above_scale", "not_yes_or_no", "not_an_option", "not_whole")
