"""What must hold between the parts of a scheme document: sums, orders, references.

Read in the document as it stands, so that a mistake in one place hides none in another. Where a rule needs a number
that is wrong by itself, it is silent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from pydantic_core import PydanticCustomError

from evaluations.scoring.definition import GRADES_WITH_CUT_OFF, NUMBER, PERCENT
from evaluations.scoring.fields import number_of
from evaluations.scoring.metrics import AVERAGINGS, METRICS, allowed_parameters
from evaluations.scoring.problems import Found, Place
from evaluations.scoring.writing import decimal_text

MAX_LEVELS = 3


@dataclass(frozen=True)
class Spot:
    """A value of the document with its place; `wrong` are the places that cannot be read."""

    value: object
    wrong: Collection[Place]
    place: Place = ()

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def __getitem__(self, key: str) -> Spot:
        below = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Spot(below, self.wrong, (*self.place, key))

    def items(self) -> list[tuple[str, Spot]]:
        """The keys of an object and what stands there."""
        return [(key, self[key]) for key in self.value] if isinstance(self.value, Mapping) else []

    def entries(self) -> list[Spot]:
        """The entries of a list."""
        below = self.value if isinstance(self.value, list) else []
        return [Spot(entry, self.wrong, (*self.place, index)) for index, entry in enumerate(below)]

    def text(self) -> str:
        """A text; "" for anything else."""
        return self.value if isinstance(self.value, str) else ""

    def number(self) -> Decimal | None:
        """A number that may stand here, or None."""
        try:
            return None if self.place in self.wrong else number_of(self.value)
        except PydanticCustomError:
            return None

    def numbers(self, key: str) -> list[Decimal]:
        """A number of each entry; none at all where one cannot be read."""
        numbers = [entry[key].number() for entry in self.entries()]
        return [] if None in numbers else [number for number in numbers if number is not None]

    def is_wrong(self, code: str, **inputs: object) -> Found:
        """Something wrong with the value, its numbers written as everywhere."""
        texts = {
            name: decimal_text(said) if isinstance(said, Decimal) else said for name, said in inputs.items()
        }
        return self.place, code, texts


def inconsistencies(document: Mapping[str, object], wrong: Collection[Place]) -> Iterator[Found]:
    """All that does not fit together; `wrong` are the places of which that is known already."""
    top = Spot(document, wrong)
    nodes, indicators = list(_nodes(top["indicators"])), top["indicators"]
    yield from _used_twice(indicators, [node["code"].text() for node in nodes])
    inside = [found for node in nodes for found in (_group(node) if "children" in node else _leaf(node))]
    yield from inside
    total = top["total"].number() if "total" in top else Decimal(100)
    points = indicators.numbers("points")
    if points and not inside and total is not None and sum(points) != total:
        yield indicators.is_wrong("total_sum", sum=sum(points, Decimal(0)), points=total)
    yield from _grade_rule(top["grade_rule"], nodes)
    yield from _award_rule(top["award_rule"])


def _nodes(entries: Spot) -> Iterator[Spot]:
    for node in entries.entries():
        yield node
        if len(node.place) < 2 * MAX_LEVELS:
            yield from _nodes(node["children"])


def _group(node: Spot) -> Iterator[Found]:
    if len(node.place) == 2 * MAX_LEVELS:
        yield node["children"].is_wrong("too_deep", limit=MAX_LEVELS)
    if ("weight" in node) != ("subtotal_cap" in node):
        yield node["weight"].is_wrong("weight_needs_cap")
        return
    points, each = node["points"].number(), node["children"].numbers("points")
    if points is None or not each:
        return
    weight, cap, most = node["weight"].number(), node["subtotal_cap"].number(), sum(each, Decimal(0))
    if "weight" not in node and most != points:
        yield node["children"].is_wrong("children_sum", sum=most, points=points)
    if weight is not None and cap is not None:
        if weight * cap != points:
            yield node["weight"].is_wrong("weight_product", product=weight * cap, points=points)
        if most < cap:
            yield node["children"].is_wrong("full_not_reached", most=most, points=cap)


def _leaf(node: Spot) -> Iterator[Found]:
    source, metric = node["source"].value, METRICS.get(node["metric"].text())
    averaging, averagings = node["averaging"], AVERAGINGS if metric is None else metric.averagings
    if source == "computed" and averaging.text() and averaging.value not in averagings:
        yield averaging.is_wrong("not_a_choice", choices=", ".join(averagings))
    for name, parameter in node["metric_parameters"].items():
        if source == "computed" and metric is not None and name not in allowed_parameters(metric):
            yield parameter.is_wrong("parameter_of_metric", metric=metric.name)
    if source == "reported" and node["at_most_one"].value is True and "ratio" not in node:
        yield node["at_most_one"].is_wrong("only_with_ratio")
    function, full = node["function"], node["points"].number()
    if source == "given" and isinstance(function.value, Mapping) and "kind" not in function:
        # The one function of its source: nothing for the library to tell apart.
        yield function["kind"].is_wrong("required")
    if source == "reported" and "ratio" in node and function["kind"].value == "weighted_sum":
        yield function["kind"].is_wrong("not_with_ratio")
    for parts in (node["ratio"], function["parts"]):
        yield from _used_twice(parts, [part["code"].text() for part in parts.entries()])
    yield from _used_twice(
        function["options"], [option["value"].number() for option in function["options"].entries()]
    )
    if full is not None:
        yield from _steps(function["bands"], full)
        yield from _steps(function["options"], full)


def _steps(steps: Spot, full: Decimal) -> Iterator[Found]:
    """Bands rise, and the full points can be reached: else the tree's sums would promise what nobody can get."""
    lower, points = steps.numbers("lower"), steps.numbers("points")
    above = [step["points"] for step in steps.entries() if (step["points"].number() or 0) > full]
    for spot in above:
        yield spot.is_wrong("too_large", limit=full)
    if above or not points:
        return
    if any(better <= less for less, better in pairwise(lower)):
        yield steps.is_wrong("bands_order")
    if lower and any(better <= less for less, better in pairwise(points)):
        yield steps.is_wrong("bands_points")
    if max(points) < full:
        yield steps.is_wrong("full_not_reached", most=max(points), points=full)


def _grade_rule(rule: Spot, nodes: list[Spot]) -> Iterator[Found]:
    cut_offs = [
        rule["cut_offs"][grade].number() for grade in GRADES_WITH_CUT_OFF if grade in rule["cut_offs"]
    ]
    if any(
        better is not None and lower is not None and better <= lower for better, lower in pairwise(cut_offs)
    ):
        yield rule["cut_offs"].is_wrong("cut_offs_order")
    for grade, quota in rule["quotas"].items():
        value = quota["value"].number()
        if value is not None and quota["kind"].value == NUMBER and value != int(value):
            yield quota["value"].is_wrong("not_an_integer")
        if value is not None and quota["kind"].value == PERCENT and value > 100:
            yield quota["value"].is_wrong("too_large", limit=100)
        if grade in GRADES_WITH_CUT_OFF and grade not in rule["cut_offs"]:
            yield quota.is_wrong("quota_without_cut_off")
    first_level = [node["code"].text() for node in nodes if len(node.place) == 2]
    if rule["tie_break"].text() and rule["tie_break"].value not in first_level:
        yield rule["tie_break"].is_wrong("not_first_level")
    leaves = {node["code"].text(): node for node in nodes if "children" not in node}
    for fail_rule in rule["fail_rules"].entries():
        named = fail_rule["indicator"].text()
        if isinstance(fail_rule.value, Mapping) and ("metric" in fail_rule) == ("indicator" in fail_rule):
            yield fail_rule.is_wrong("metric_or_indicator")
        elif named and named not in leaves:
            yield fail_rule["indicator"].is_wrong("no_such_indicator")
        elif named and leaves[named]["function"]["kind"].value == "weighted_sum":
            yield fail_rule["indicator"].is_wrong("indicator_without_value")
    yield from _used_twice(rule["fail_rules"], [fail["code"].text() for fail in rule["fail_rules"].entries()])


def _award_rule(rule: Spot) -> Iterator[Found]:
    weights, bases, cap = rule["grade_weights"], rule["base_sums"], rule["cap"].number()
    for sums in (weights, bases):
        # A grade that is not named gets nothing, so naming a lower one alone is out of order too.
        told = [sums[grade].number() if grade in sums else Decimal(-1) for grade in GRADES_WITH_CUT_OFF]
        if any(
            better is not None and lower is not None and better < lower for better, lower in pairwise(told)
        ):
            yield sums.is_wrong("grade_order")
    for grade, spot in bases.items():
        base = spot.number()
        if grade in GRADES_WITH_CUT_OFF and grade not in weights:
            yield spot.is_wrong("base_without_weight")
        if base is not None and cap is not None and base > cap:
            yield spot.is_wrong("base_above_cap", cap=cap)


def _used_twice(parts: Spot, names: list[str] | list[Decimal | None]) -> Iterator[Found]:
    for index, name in enumerate(names):
        if name not in ("", None) and name in names[:index]:
            yield parts.is_wrong("double_code", name=name)
