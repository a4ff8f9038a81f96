"""What can be wrong with a scheme: codes with their sentences, and the collected refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SENTENCES: dict[str, str] = {
    "required": "is required",
    "unknown_key": "is not known here",
    "not_an_object": "must be an object",
    "not_a_list": "must be a list",
    "empty_list": "must not be empty",
    "not_text": "must be text",
    "empty_text": "must not be empty",
    "too_long": "must have at most %(limit)s characters",
    "bad_code": "must be a code: small letters, digits and underscores, a letter first, at most %(limit)s",
    "double_code": "is used twice: %(name)s",
    "not_a_choice": "must be one of: %(choices)s",
    "not_a_boolean": "must be true or false",
    "float_refused": "must be a decimal in quotes, not a floating-point number",
    "not_a_decimal": "must be a decimal number in quotes",
    "not_an_integer": "must be a whole number",
    "not_positive": "must be > 0",
    "negative": "must be ≥ 0",
    "too_large": "must be ≤ %(limit)s",
    "too_precise": "must have at most %(places)s decimals",
    "children_sum": "children add up to %(sum)s, not to %(points)s",
    "total_sum": "first-level indicators add up to %(sum)s, not to %(points)s",
    "weight_product": "weight × subtotal_cap is %(product)s, not %(points)s",
    "weight_needs_cap": "weight and subtotal_cap go together",
    "group_is_not_scored": "a group has no %(name)s of its own",
    "leaf_has_no_weight": "only a group has %(name)s",
    "too_deep": "is deeper than %(limit)s levels",
    "wrong_source": "does not fit the source %(source)s",
    "function_of_source": "a %(source)s indicator is scored by: %(choices)s",
    "bands_order": "lower bounds must rise from band to band",
    "bands_points": "points must rise with the lower bound",
    "full_not_reached": "the most to be had is %(most)s, not the full %(points)s points",
    "ratio_parts": "a ratio has exactly two parts: numerator, denominator",
    "not_with_ratio": "cannot score a ratio",
    "only_with_ratio": "is said of a ratio only",
    "parameter_of_metric": "is not a parameter of %(metric)s",
    "cut_offs_order": "cut-offs must fall from the better to the lower grade",
    "quota_without_cut_off": "has a quota but no cut-off",
    "not_first_level": "must name a first-level indicator",
    "no_such_indicator": "must name a scored indicator",
    "indicator_without_value": "must name an indicator with one value",
    "metric_or_indicator": "needs a metric or an indicator, and not both",
    "grade_order": "a lower grade must not get more than a better one",
    "base_above_cap": "must not be above the cap of %(cap)s",
    "award_for_units": (
        "pays nobody in a scheme for single instruments, for an award goes to a legal person: leave it out"
    ),
    "base_without_weight": "has a base sum but no weight",
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where (path), what (code of `SENTENCES`), and the numbers in the sentence."""

    path: str
    code: str
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The English sentence with its numbers filled in."""
        return SENTENCES[self.code] % self.inputs

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


class SchemeProblems(ValueError):
    """A scheme is refused; `problems` holds all that is wrong, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
