"""A scheme as data: its indicators, scope, grade rule and award rule.

The JSON form carries decimals as strings. `parsing.parse_scheme` reads and checks it, `to_dict` writes it
back. The types of the fields say what a document may hold; nothing is checked where code makes an object itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool

from evaluations.scoring.fields import IN_QUOTES, WHOLE, OneOf, Part
from evaluations.scoring.metrics import METRICS

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
GradeName = Annotated[str, OneOf(GRADES_WITH_CUT_OFF)]
BEST_FIRST = AfterValidator(
    lambda by_grade: {grade: by_grade[grade] for grade in GRADES_WITH_CUT_OFF if grade in by_grade}
)
"""What is said grade by grade is kept from the best to the worst, however it was written."""

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

LARGEST = 10**12
Positive = Annotated[Decimal, Field(gt=0, le=LARGEST, decimal_places=6), IN_QUOTES]
PositiveSum = Annotated[Decimal, Field(gt=0, le=LARGEST, decimal_places=2), IN_QUOTES]
Sum = Annotated[Decimal, Field(ge=0, le=LARGEST, decimal_places=2), IN_QUOTES]
Bound = Annotated[Decimal, Field(ge=0, le=LARGEST, decimal_places=4), IN_QUOTES]
Points = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2), IN_QUOTES]
SomePoints = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2), IN_QUOTES]
QuotaValue = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=6), IN_QUOTES]
Text = Annotated[str, Field(max_length=200, pattern=r"\S")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PartCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,18}$")]
"""The key of a reported part is `indicator.part`, 60 characters in all."""
Texts = tuple[Annotated[str, Field(min_length=1)], ...]
NotEmpty = Field(min_length=1)
MetricName = Annotated[str, OneOf(tuple(METRICS))]


@dataclass(frozen=True)
class CappedLinear(Part):
    """value / benchmark × full points, at most the full points."""

    kind: Literal["capped_linear"] = field(default="capped_linear", kw_only=True)
    benchmark: Positive


@dataclass(frozen=True)
class PerCount(Part):
    """`points_each` for every `per` counted, at most the full points; `whole_steps` drops a begun step."""

    kind: Literal["per_count"] = field(default="per_count", kw_only=True)
    points_each: Positive
    per: Positive = Decimal(1)
    whole_steps: StrictBool = False


@dataclass(frozen=True)
class Band(Part):
    """From `lower` (inclusive) on: `points`."""

    lower: Bound
    points: SomePoints


@dataclass(frozen=True)
class Bands(Part):
    """The points of the highest band whose lower bound is reached; below all bands 0."""

    kind: Literal["bands"] = field(default="bands", kw_only=True)
    bands: Annotated[tuple[Band, ...], NotEmpty]


@dataclass(frozen=True)
class YesNo(Part):
    """1 (yes): the full points; 0 (no): none."""

    kind: Literal["yes_no"] = field(default="yes_no", kw_only=True)


@dataclass(frozen=True)
class Given(Part):
    """The mean of the scores given, each from 0 to `scale`, stretched to the full points.

    Without a scale the scores are points.
    """

    kind: Literal["given"] = field(default="given", kw_only=True)
    scale: Annotated[PositiveSum | None, IN_QUOTES] = None


@dataclass(frozen=True)
class Option(Part):
    """One answer of a choice: the number that is stored, its points and names."""

    value: Bound
    points: SomePoints
    name_zh: Text
    name_en: Text


@dataclass(frozen=True)
class Choice(Part):
    """The points of the chosen option."""

    kind: Literal["choice"] = field(default="choice", kw_only=True)
    options: Annotated[tuple[Option, ...], NotEmpty]


@dataclass(frozen=True)
class WeightedPart(Part):
    """One count of a weighted sum: `points` for every `per`."""

    code: PartCode
    name_zh: Text
    name_en: Text
    points: Positive
    per: Positive = Decimal(1)


@dataclass(frozen=True)
class WeightedSum(Part):
    """The sum of several counts, each with its own points, at most the full points."""

    kind: Literal["weighted_sum"] = field(default="weighted_sum", kw_only=True)
    parts: Annotated[tuple[WeightedPart, ...], NotEmpty]


Function = CappedLinear | PerCount | Bands | YesNo | Given | Choice | WeightedSum
FUNCTION_KINDS = ("capped_linear", "per_count", "bands", "yes_no", "given", "choice", "weighted_sum")


@dataclass(frozen=True)
class RatioPart(Part):
    """One of the two numbers of a reported ratio: numerator first, then denominator."""

    code: PartCode
    name_zh: Text
    name_en: Text


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
class Scope(Part):
    """Which instruments count, and which units are judged; an empty tuple means all kinds."""

    min_value_yuan: Sum = Decimal(0)
    funding: Texts = ()
    months_on_platform: Annotated[int, Field(ge=0, le=600), WHOLE] = 0
    unit_kinds: Texts = ()
    min_instruments: Annotated[int, Field(ge=0, le=10_000), WHOLE] = 1


@dataclass(frozen=True)
class Quota(Part):
    """At most `value` objects (number), or `value` percent of all objects judged, rounded down (percent)."""

    kind: Annotated[str, OneOf(QUOTA_KINDS)]
    value: QuotaValue


@dataclass(frozen=True)
class FailRule(Part):
    """Fails whoever's metric (summed over the instruments in scope) or indicator value passes the test."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", json_schema_extra={"oneOf": [{"required": ["metric"]}, {"required": ["indicator"]}]}
    )
    code: Code
    name_zh: Text
    name_en: Text
    test: Annotated[str, OneOf(FAIL_TESTS)]
    value: Bound
    metric: MetricName = ""
    indicator: Annotated[str, Field(max_length=200)] = ""


@dataclass(frozen=True)
class GradeRule(Part):
    """Cut-offs (least score of a grade), quotas, the tie-break and the rules that fail outright."""

    cut_offs: Annotated[dict[GradeName, Sum], NotEmpty, BEST_FIRST]
    quotas: Annotated[dict[GradeName, Quota], BEST_FIRST] = field(default_factory=dict)
    tie_break: Annotated[str, Field(max_length=200)] = ""
    fail_rules: tuple[FailRule, ...] = ()


@dataclass(frozen=True)
class AwardRule(Part):
    """How the budget is shared: a base sum per grade, the rest in proportion to a weight, up to a cap (yuan).

    The weight is the grade's weight × what `share_by` names. Only grades with a weight are awarded.
    """

    grade_weights: Annotated[dict[GradeName, Sum], BEST_FIRST]
    share_by: Annotated[str, OneOf(SHARE_BY)]
    base_sums: Annotated[dict[GradeName, Sum], BEST_FIRST] = field(default_factory=dict)
    cap: PositiveSum | None = None


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


@dataclass(frozen=True)
class AskedField:
    """One number a unit is asked for: the indicator it serves and the key it is stored under."""

    indicator: Indicator
    field: ReportedField


def asked_fields(definition: SchemeDefinition) -> Iterator[AskedField]:
    """Every number the units report themselves, in reading order."""
    for indicator in definition.leaves():
        for one in reported_fields(indicator):
            yield AskedField(indicator, one)


def given_indicators(definition: SchemeDefinition) -> tuple[Indicator, ...]:
    """The indicators scored by the department or its experts."""
    return tuple(indicator for indicator in definition.leaves() if indicator.source == GIVEN)
