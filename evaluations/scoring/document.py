"""A scheme as a JSON document: four kinds of indicators, told apart by their children or their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, StrictBool, Tag

from evaluations.scoring import definition as scheme
from evaluations.scoring.fields import IN_QUOTES, OneOf, Part
from evaluations.scoring.metrics import AVERAGINGS

GROUP = "group"
Note = Annotated[str, Field(max_length=1000)]
Weight = Annotated[Decimal, Field(gt=0, le=1, decimal_places=6), IN_QUOTES]
ComputedFunction = scheme.CappedLinear | scheme.PerCount | scheme.Bands
ReportedFunction = ComputedFunction | scheme.YesNo | scheme.Choice | scheme.WeightedSum


@dataclass(frozen=True, kw_only=True)
class Named(Part):
    """What every indicator has."""

    code: scheme.Code
    name_zh: scheme.Text
    name_en: scheme.Text
    note_zh: Note = ""
    note_en: Note = ""
    points: scheme.Points


@dataclass(frozen=True, kw_only=True)
class Group(Named):
    """An indicator whose points come from its children: their sum, or a weighted subtotal."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
        json_schema_extra={"dependentRequired": {"weight": ["subtotal_cap"], "subtotal_cap": ["weight"]}},
    )
    children: Annotated[tuple[Entry, ...], scheme.NotEmpty]
    weight: Annotated[Weight | None, IN_QUOTES] = None
    subtotal_cap: Annotated[scheme.Points | None, IN_QUOTES] = None


@dataclass(frozen=True, kw_only=True)
class Computed(Named):
    """An indicator scored from usage and inventory."""

    source: Literal["computed"]
    metric: scheme.MetricName
    averaging: Annotated[str, Field(json_schema_extra={"enum": list(AVERAGINGS)})]
    metric_parameters: dict[str, scheme.Positive] = field(default_factory=dict)
    function: Annotated[ComputedFunction, Discriminator("kind")]


@dataclass(frozen=True, kw_only=True)
class Reported(Named):
    """An indicator scored from what the unit reports."""

    source: Literal["reported"]
    ratio: Annotated[tuple[scheme.RatioPart, ...], Field(min_length=2, max_length=2)] = ()
    whole: StrictBool = False
    at_most_one: StrictBool = False
    function: Annotated[ReportedFunction, Discriminator("kind")]


@dataclass(frozen=True, kw_only=True)
class Judged(Named):
    """An indicator scored by the department or its experts."""

    source: Literal["given"]
    function: scheme.Given


def kind_of(entry: object) -> str | None:
    """Which of the four kinds an entry of the tree is; of an unknown source: what it looks like."""
    if not isinstance(entry, Mapping):
        return None
    if "children" in entry:
        return GROUP
    if entry.get("source") in scheme.SOURCES:
        return str(entry["source"])
    function = entry.get("function")
    if isinstance(function, Mapping) and function.get("kind") == "given":
        return scheme.GIVEN
    return scheme.COMPUTED if "metric" in entry else scheme.REPORTED


INDICATOR = AfterValidator(lambda entry: scheme.Indicator(**vars(entry)))
Entry = Annotated[
    Annotated[Group, INDICATOR, Tag(GROUP)]
    | Annotated[Computed, INDICATOR, Tag(scheme.COMPUTED)]
    | Annotated[Reported, INDICATOR, Tag(scheme.REPORTED)]
    | Annotated[Judged, INDICATOR, Tag(scheme.GIVEN)],
    Discriminator(kind_of),
]


@dataclass(frozen=True, kw_only=True)
class Document(Part):
    """An evaluation scheme; decimals stand in quotes."""

    object_kind: Annotated[str, OneOf(scheme.OBJECT_KINDS)]
    total: scheme.Points = Decimal(100)
    indicators: Annotated[tuple[Entry, ...], scheme.NotEmpty]
    scope: scheme.Scope = field(default_factory=scheme.Scope)
    grade_rule: scheme.GradeRule
    award_rule: scheme.AwardRule | None = None
