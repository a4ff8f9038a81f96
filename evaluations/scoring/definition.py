"""A scheme as data: its indicators, scope, grade rule and award rule.

The JSON form carries decimals as strings. `parsing.parse_scheme` reads and checks it, `to_dict` writes it
back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

UNIT = "unit"
INSTRUMENT = "instrument"
OBJECT_KINDS = (UNIT, INSTRUMENT)

COMPUTED = "computed"
REPORTED = "reported"
GIVEN = "given"
SOURCES = (COMPUTED, REPORTED, GIVEN)

EXCELLENT = "excellent"
GOOD = "good"
PASS = "pass"  # noqa: S105 (a grade, not a password)
FAIL = "fail"
GRADES = (EXCELLENT, GOOD, PASS, FAIL)
"""From the best to the worst; `fail` is what remains below the last cut-off."""
GRADES_WITH_CUT_OFF = (EXCELLENT, GOOD, PASS)

NUMBER = "number"
PERCENT = "percent"
QUOTA_KINDS = (NUMBER, PERCENT)

AT_MOST = "at_most"
AT_LEAST = "at_least"
FAIL_TESTS = (AT_MOST, AT_LEAST)

SHARE_BY_SCORE = "score"
SHARE_BY_EXTERNAL_HOURS = "external_hours"
SHARE_BY_SCORE_X_EXTERNAL_HOURS = "score_x_external_hours"
SHARE_EQUALLY = "equal"
SHARE_BY = (SHARE_BY_SCORE, SHARE_BY_EXTERNAL_HOURS, SHARE_BY_SCORE_X_EXTERNAL_HOURS, SHARE_EQUALLY)


@dataclass(frozen=True)
class CappedLinear:
    """value / benchmark × full points, at most the full points."""

    kind: ClassVar[str] = "capped_linear"
    benchmark: Decimal


@dataclass(frozen=True)
class PerCount:
    """`points_each` for every `per` counted, at most the full points; `whole_steps` drops a begun step."""

    kind: ClassVar[str] = "per_count"
    points_each: Decimal
    per: Decimal = Decimal(1)
    whole_steps: bool = False


@dataclass(frozen=True)
class Band:
    """From `lower` (inclusive) on: `points`."""

    lower: Decimal
    points: Decimal


@dataclass(frozen=True)
class Bands:
    """The points of the highest band whose lower bound is reached; below all bands 0."""

    kind: ClassVar[str] = "bands"
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class YesNo:
    """1 (yes): the full points; 0 (no): none."""

    kind: ClassVar[str] = "yes_no"


@dataclass(frozen=True)
class Given:
    """The mean of the scores given, each from 0 to `scale`, stretched to the full points.

    Without a scale the scores are points.
    """

    kind: ClassVar[str] = "given"
    scale: Decimal | None = None


@dataclass(frozen=True)
class Option:
    """One answer of a choice: the number that is stored, its points and names."""

    value: Decimal
    points: Decimal
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Choice:
    """The points of the chosen option."""

    kind: ClassVar[str] = "choice"
    options: tuple[Option, ...]


@dataclass(frozen=True)
class WeightedPart:
    """One count of a weighted sum: `points` for every `per`."""

    code: str
    name_zh: str
    name_en: str
    points: Decimal
    per: Decimal = Decimal(1)


@dataclass(frozen=True)
class WeightedSum:
    """The sum of several counts, each with its own points, at most the full points."""

    kind: ClassVar[str] = "weighted_sum"
    parts: tuple[WeightedPart, ...]


Function = CappedLinear | PerCount | Bands | YesNo | Given | Choice | WeightedSum
FUNCTIONS_OF_SOURCE: dict[str, tuple[str, ...]] = {
    COMPUTED: ("capped_linear", "per_count", "bands"),
    REPORTED: ("capped_linear", "per_count", "bands", "yes_no", "choice", "weighted_sum"),
    GIVEN: ("given",),
}


@dataclass(frozen=True)
class RatioPart:
    """One of the two numbers of a reported ratio: numerator first, then denominator."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Indicator:
    """A node of the tree: a group (with children) or a leaf (with a source and a function).

    A group's points are the sum of its children's. A group with `weight` instead adds up its children's
    points to a subtotal of at most `subtotal_cap` and counts `weight` × subtotal.

    `whole`: every number a unit reports for it counts things, so that parts of one are refused. `at_most_one`: of a
    reported ratio the first number is part of the second and never more.
    """

    code: str
    name_zh: str
    name_en: str
    points: Decimal
    children: tuple[Indicator, ...] = ()
    weight: Decimal | None = None
    subtotal_cap: Decimal | None = None
    source: str = ""
    metric: str = ""
    averaging: str = ""
    metric_parameters: dict[str, Decimal] = field(default_factory=dict)
    ratio: tuple[RatioPart, ...] = ()
    whole: bool = False
    at_most_one: bool = False
    function: Function | None = None
    note_zh: str = ""
    note_en: str = ""

    @property
    def is_group(self) -> bool:
        """Whether its points come from its children."""
        return bool(self.children)


@dataclass(frozen=True)
class Scope:
    """Which instruments count, and which units are judged; an empty tuple means all kinds."""

    min_value_yuan: Decimal = Decimal(0)
    funding: tuple[str, ...] = ()
    months_on_platform: int = 0
    unit_kinds: tuple[str, ...] = ()
    min_instruments: int = 1


@dataclass(frozen=True)
class Quota:
    """At most `value` objects (number), or `value` percent of all objects judged, rounded down (percent)."""

    kind: str
    value: Decimal


@dataclass(frozen=True)
class FailRule:
    """Fails whoever's metric (summed over the instruments in scope) or indicator value passes the test."""

    code: str
    name_zh: str
    name_en: str
    test: str
    value: Decimal
    metric: str = ""
    indicator: str = ""


@dataclass(frozen=True)
class GradeRule:
    """Cut-offs (least score of a grade), quotas, the tie-break and the rules that fail outright."""

    cut_offs: dict[str, Decimal]
    quotas: dict[str, Quota] = field(default_factory=dict)
    tie_break: str = ""
    fail_rules: tuple[FailRule, ...] = ()


@dataclass(frozen=True)
class AwardRule:
    """How the budget is shared: a base sum per grade, the rest in proportion to a weight, up to a cap (yuan).

    The weight is the grade's weight × what `share_by` names. Only grades with a weight are awarded.
    """

    grade_weights: dict[str, Decimal]
    share_by: str
    base_sums: dict[str, Decimal] = field(default_factory=dict)
    cap: Decimal | None = None


@dataclass(frozen=True)
class SchemeDefinition:
    """A whole scheme; `indicators` are the first-level groups and add up to `total`."""

    object_kind: str
    indicators: tuple[Indicator, ...]
    grade_rule: GradeRule
    scope: Scope = Scope()
    award_rule: AwardRule | None = None
    total: Decimal = Decimal(100)

    def walk(self) -> Iterator[tuple[Indicator, str, int]]:
        """Every indicator in reading order, with its parent's code and its level (1 = first-level)."""
        yield from walk(self.indicators)

    def leaves(self) -> tuple[Indicator, ...]:
        """The indicators that are scored themselves, in reading order."""
        return tuple(indicator for indicator, _, _ in self.walk() if not indicator.is_group)

    def indicator(self, code: str) -> Indicator:
        """The indicator of that code. Raises KeyError if there is none."""
        for indicator, _, _ in self.walk():
            if indicator.code == code:
                return indicator
        raise KeyError(code)


def walk(
    indicators: tuple[Indicator, ...], parent: str = "", level: int = 1
) -> Iterator[tuple[Indicator, str, int]]:
    """Go through a tree in reading order: indicator, parent's code, level."""
    for indicator in indicators:
        yield indicator, parent, level
        yield from walk(indicator.children, indicator.code, level + 1)


@dataclass(frozen=True)
class ReportedField:
    """One number that a unit reports: the key it is stored under, and its names."""

    key: str
    name_zh: str
    name_en: str


def reported_fields(indicator: Indicator) -> tuple[ReportedField, ...]:
    """The numbers a reported indicator asks for: one, or one per part (keys `indicator.part`)."""
    if indicator.source != REPORTED:
        return ()
    parts: tuple[RatioPart | WeightedPart, ...] = indicator.ratio
    if isinstance(indicator.function, WeightedSum):
        parts = indicator.function.parts
    if not parts:
        return (ReportedField(indicator.code, indicator.name_zh, indicator.name_en),)
    return tuple(ReportedField(f"{indicator.code}.{part.code}", part.name_zh, part.name_en) for part in parts)
