"""What can be wrong with a scheme: codes with their sentences, and the collected refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Place = tuple[str | int, ...]
Found = tuple[Place, str, Mapping[str, object]]
"""Where something is wrong (keys and places in lists), a code of `SENTENCES`, the numbers in the sentence."""


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogue of translations, without Django."""
    return text


SENTENCES: dict[str, str] = {
    "required": gettext_noop("is required"),
    "unknown_key": gettext_noop("is not known here"),
    "not_an_object": gettext_noop("must be an object"),
    "not_a_list": gettext_noop("must be a list"),
    "empty_list": gettext_noop("must not be empty"),
    "not_text": gettext_noop("must be text"),
    "empty_text": gettext_noop("must not be empty"),
    "too_long": gettext_noop("must have at most %(limit)s characters"),
    "bad_code": gettext_noop(
        "must be a code: small letters, digits and underscores, a letter first, at most %(limit)s"
    ),
    "double_code": gettext_noop("is used twice: %(name)s"),
    "not_a_choice": gettext_noop("must be one of: %(choices)s"),
    "not_a_boolean": gettext_noop("must be true or false"),
    "float_refused": gettext_noop("must be a decimal in quotes, not a floating-point number"),
    "not_a_decimal": gettext_noop("must be a decimal number in quotes"),
    "not_an_integer": gettext_noop("must be a whole number"),
    "not_positive": gettext_noop("must be > 0"),
    "negative": gettext_noop("must be ≥ 0"),
    "too_large": gettext_noop("must be ≤ %(limit)s"),
    "too_precise": gettext_noop("must have at most %(places)s decimals"),
    "children_sum": gettext_noop("children add up to %(sum)s, not to %(points)s"),
    "total_sum": gettext_noop("first-level indicators add up to %(sum)s, not to %(points)s"),
    "weight_product": gettext_noop("weight × subtotal_cap is %(product)s, not %(points)s"),
    "weight_needs_cap": gettext_noop("weight and subtotal_cap go together"),
    "group_is_not_scored": gettext_noop("a group has no %(name)s of its own"),
    "leaf_has_no_weight": gettext_noop("only a group has %(name)s"),
    "too_deep": gettext_noop("is deeper than %(limit)s levels"),
    "wrong_source": gettext_noop("does not fit the source %(source)s"),
    "function_of_source": gettext_noop("a %(source)s indicator is scored by: %(choices)s"),
    "bands_order": gettext_noop("lower bounds must rise from band to band"),
    "bands_points": gettext_noop("points must rise with the lower bound"),
    "full_not_reached": gettext_noop("the most to be had is %(most)s, not the full %(points)s points"),
    "ratio_parts": gettext_noop("a ratio has exactly two parts: numerator, denominator"),
    "not_with_ratio": gettext_noop("cannot score a ratio"),
    "only_with_ratio": gettext_noop("is said of a ratio only"),
    "parameter_of_metric": gettext_noop("is not a parameter of %(metric)s"),
    "cut_offs_order": gettext_noop("cut-offs must fall from the better to the lower grade"),
    "quota_without_cut_off": gettext_noop("has a quota but no cut-off"),
    "not_first_level": gettext_noop("must name a first-level indicator"),
    "no_such_indicator": gettext_noop("must name a scored indicator"),
    "indicator_without_value": gettext_noop("must name an indicator with one value"),
    "metric_or_indicator": gettext_noop("needs a metric or an indicator, and not both"),
    "grade_order": gettext_noop("a lower grade must not get more than a better one"),
    "base_above_cap": gettext_noop("must not be above the cap of %(cap)s"),
    "award_for_units": gettext_noop(
        "pays nobody in a scheme for single instruments, for an award goes to a legal person: leave it out"
    ),
    "base_without_weight": gettext_noop("has a base sum but no weight"),
}


@dataclass(frozen=True)
class SchemeProblem:
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

    def __init__(self, problems: Iterable[SchemeProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
