"""Reading a scheme from a JSON-able dict: every problem is collected, with its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from evaluations.scoring.definition import (
    COMPUTED,
    FAIL_TESTS,
    GRADES_WITH_CUT_OFF,
    NUMBER,
    OBJECT_KINDS,
    QUOTA_KINDS,
    REPORTED,
    SHARE_BY,
    SOURCES,
    AwardRule,
    FailRule,
    GradeRule,
    Indicator,
    Quota,
    RatioPart,
    SchemeDefinition,
    Scope,
    WeightedSum,
    walk,
)
from evaluations.scoring.metrics import AVERAGINGS, METRICS, allowed_parameters
from evaluations.scoring.parsing_functions import CODE_LENGTH, MAX_POINTS, PART_CODE_LENGTH, read_function
from evaluations.scoring.problems import SchemeProblems
from evaluations.scoring.reading import Node, Reader
from evaluations.scoring.writing import decimal_text

MAX_LEVELS = 3
TOP_KEYS = ("object_kind", "total", "indicators", "scope", "grade_rule", "award_rule")
NAME_KEYS = ("code", "name_zh", "name_en", "note_zh", "note_en", "points")
GROUP_KEYS = ("children", "weight", "subtotal_cap")
LEAF_KEYS = (
    "source",
    "metric",
    "averaging",
    "metric_parameters",
    "ratio",
    "whole",
    "at_most_one",
    "function",
)
SCOPE_KEYS = ("min_value_yuan", "funding", "months_on_platform", "unit_kinds", "min_instruments")
GRADE_KEYS = ("cut_offs", "quotas", "tie_break", "fail_rules")
FAIL_KEYS = ("code", "name_zh", "name_en", "test", "value", "metric", "indicator")
AWARD_KEYS = ("grade_weights", "share_by", "base_sums", "cap")


def parse_scheme(data: Mapping[str, object]) -> SchemeDefinition:
    """The scheme that the dict describes. Raises SchemeProblems with all that is wrong."""
    reader = Reader()
    top = reader.node(dict(data), "", TOP_KEYS)
    kind = top.choice("object_kind", OBJECT_KINDS)
    total = top.decimal("total", Decimal(100), positive=True, places=2, limit=MAX_POINTS)
    indicators = top.entries("indicators", lambda value, path: _indicator(reader, value, path, 1))
    top.unique("indicators", [indicator.code for indicator, _, _ in walk(indicators)])
    if reader.is_clean("indicators") and reader.is_clean("total"):
        points = sum((indicator.points for indicator in indicators), Decimal(0))
        if points != total:
            top.problem("indicators", "total_sum", sum=decimal_text(points), points=decimal_text(total))
    scope = _scope(top.child("scope", SCOPE_KEYS)) if top.has("scope") else Scope()
    grade_rule = _grade_rule(top.child("grade_rule", GRADE_KEYS), indicators)
    awarded = top.has("award_rule") and top.data["award_rule"] is not None
    award_rule = _award_rule(top.child("award_rule", AWARD_KEYS)) if awarded else None
    if reader.problems:
        raise SchemeProblems(reader.problems)
    return SchemeDefinition(kind, indicators, grade_rule, scope, award_rule, total)


def _indicator(reader: Reader, value: object, path: str, level: int) -> Indicator:
    node = reader.node(value, path, (*NAME_KEYS, *GROUP_KEYS, *LEAF_KEYS))
    head = Indicator(
        code=node.code("code", CODE_LENGTH),
        name_zh=node.text("name_zh"),
        name_en=node.text("name_en"),
        points=node.decimal("points", positive=True, places=2, limit=MAX_POINTS),
        note_zh=node.text("note_zh", "", limit=1000),
        note_en=node.text("note_en", "", limit=1000),
    )
    return _group(node, head, level) if node.has("children") else _leaf(node, head)


def _group(node: Node, head: Indicator, level: int) -> Indicator:
    for key in LEAF_KEYS:
        if node.has(key):
            node.problem(key, "group_is_not_scored", name=key)
    if level >= MAX_LEVELS:
        node.problem("children", "too_deep", limit=MAX_LEVELS)
        return head
    children = node.entries("children", lambda value, path: _indicator(node.reader, value, path, level + 1))
    if not (node.has("weight") or node.has("subtotal_cap")):
        _check_children_sum(node, head.points, children)
        return replace(head, children=children)
    if not (node.has("weight") and node.has("subtotal_cap")):
        node.problem("weight", "weight_needs_cap")
        return replace(head, children=children)
    weight = node.decimal("weight", positive=True, limit=Decimal(1))
    cap = node.decimal("subtotal_cap", positive=True, places=2, limit=MAX_POINTS)
    _check_weighted(node, head.points, weight, cap, children)
    return replace(head, children=children, weight=weight, subtotal_cap=cap)


def _check_children_sum(node: Node, points: Decimal, children: tuple[Indicator, ...]) -> None:
    if not node.reader.is_clean(node.path):
        return
    earned = sum((child.points for child in children), Decimal(0))
    if earned != points:
        node.problem("children", "children_sum", sum=decimal_text(earned), points=decimal_text(points))


def _check_weighted(
    node: Node, points: Decimal, weight: Decimal, cap: Decimal, children: tuple[Indicator, ...]
) -> None:
    if not node.reader.is_clean(node.path):
        return
    if weight * cap != points:
        product = decimal_text(weight * cap)
        node.problem("weight", "weight_product", product=product, points=decimal_text(points))
    most = sum((child.points for child in children), Decimal(0))
    if most < cap:
        node.problem("children", "full_not_reached", most=decimal_text(most), points=decimal_text(cap))


def _leaf(node: Node, head: Indicator) -> Indicator:
    for key in ("weight", "subtotal_cap"):
        if node.has(key):
            node.problem(key, "leaf_has_no_weight", name=key)
    source = node.choice("source", SOURCES)
    metric, averaging = "", ""
    parameters: dict[str, Decimal] = {}
    if source == COMPUTED:
        metric, averaging, parameters = _metric(node)
    else:
        _refuse_keys(node, ("metric", "averaging", "metric_parameters"), source)
    ratio: tuple[RatioPart, ...] = ()
    if source == REPORTED and node.has("ratio"):
        ratio = node.entries("ratio", lambda value, path: _ratio_part(node.reader, value, path))
        node.unique("ratio", [part.code for part in ratio])
        if len(ratio) != 2:
            node.problem("ratio", "ratio_parts")
    elif source != REPORTED:
        _refuse_keys(node, ("ratio", "whole", "at_most_one"), source)
    at_most_one = node.boolean("at_most_one", default=False)
    if at_most_one and source == REPORTED and not ratio:
        node.problem("at_most_one", "only_with_ratio")
    function = read_function(node, source, head.points)
    if ratio and isinstance(function, WeightedSum):
        node.problem("function.kind", "not_with_ratio")
    return replace(
        head,
        source=source,
        metric=metric,
        averaging=averaging,
        metric_parameters=parameters,
        ratio=ratio,
        whole=node.boolean("whole", default=False),
        at_most_one=at_most_one,
        function=function,
    )


def _refuse_keys(node: Node, keys: tuple[str, ...], source: str) -> None:
    for key in keys:
        if source and node.has(key):
            node.problem(key, "wrong_source", source=source)


def _metric(node: Node) -> tuple[str, str, dict[str, Decimal]]:
    name = node.choice("metric", tuple(METRICS))
    metric = METRICS.get(name)
    averaging = node.choice("averaging", AVERAGINGS if metric is None else metric.averagings)
    if metric is None or not node.has("metric_parameters"):
        return name, averaging, {}
    allowed = allowed_parameters(metric)
    return name, averaging, _decimals(node, "metric_parameters", allowed, "parameter_of_metric", metric=name)


def _ratio_part(reader: Reader, value: object, path: str) -> RatioPart:
    node = reader.node(value, path, ("code", "name_zh", "name_en"))
    return RatioPart(node.code("code", PART_CODE_LENGTH), node.text("name_zh"), node.text("name_en"))


def _scope(node: Node) -> Scope:
    return Scope(
        min_value_yuan=node.decimal("min_value_yuan", Decimal(0), places=2),
        funding=node.texts("funding"),
        months_on_platform=node.integer("months_on_platform", 0, limit=600),
        unit_kinds=node.texts("unit_kinds"),
        min_instruments=node.integer("min_instruments", 1, limit=10_000),
    )


def _grade_rule(node: Node, indicators: tuple[Indicator, ...]) -> GradeRule:
    cut_offs = _by_grade(node, "cut_offs", places=2)
    if node.has("cut_offs") and not cut_offs and node.reader.is_clean(node.at("cut_offs")):
        node.problem("cut_offs", "empty_list")
    if not _falls(cut_offs, strictly=True):
        node.problem("cut_offs", "cut_offs_order")
    quotas: dict[str, Quota] = {}
    if node.has("quotas"):
        quota_node = node.child("quotas", GRADES_WITH_CUT_OFF)
        for grade in GRADES_WITH_CUT_OFF:
            if quota_node.has(grade):
                quotas[grade] = _quota(quota_node.child(grade, ("kind", "value")))
                if grade not in cut_offs:
                    quota_node.problem(grade, "quota_without_cut_off")
    tie_break = node.text("tie_break", "")
    if tie_break and tie_break not in {indicator.code for indicator in indicators}:
        node.problem("tie_break", "not_first_level")
    leaves = {indicator.code: indicator for indicator, _, _ in walk(indicators) if not indicator.is_group}
    fail_rules = node.entries(
        "fail_rules", lambda value, path: _fail_rule(node.reader, value, path, leaves), required=False
    )
    node.unique("fail_rules", [rule.code for rule in fail_rules])
    return GradeRule(cut_offs, quotas, tie_break, fail_rules)


def _quota(node: Node) -> Quota:
    kind = node.choice("kind", QUOTA_KINDS)
    value = node.decimal("value", limit=Decimal(10_000) if kind == NUMBER else Decimal(100))
    if kind == NUMBER and value != int(value):
        node.problem("value", "not_an_integer")
    return Quota(kind, value)


def _fail_rule(reader: Reader, value: object, path: str, leaves: Mapping[str, Indicator]) -> FailRule:
    node = reader.node(value, path, FAIL_KEYS)
    metric = node.choice("metric", tuple(METRICS), required=False)
    indicator = node.text("indicator", "")
    if node.is_object and node.has("metric") == node.has("indicator"):
        reader.problem(path, "metric_or_indicator")
    elif indicator and indicator not in leaves:
        node.problem("indicator", "no_such_indicator")
    elif indicator and isinstance(leaves[indicator].function, WeightedSum):
        node.problem("indicator", "indicator_without_value")
    return FailRule(
        code=node.code("code", CODE_LENGTH),
        name_zh=node.text("name_zh"),
        name_en=node.text("name_en"),
        test=node.choice("test", FAIL_TESTS),
        value=node.decimal("value", places=4),
        metric=metric,
        indicator=indicator,
    )


def _award_rule(node: Node) -> AwardRule:
    weights = _by_grade(node, "grade_weights", places=2)
    bases = _by_grade(node, "base_sums", places=2) if node.has("base_sums") else {}
    cap = None
    if node.has("cap") and node.data["cap"] is not None:
        cap = node.decimal("cap", positive=True, places=2)
    for key, sums in (("grade_weights", weights), ("base_sums", bases)):
        # A grade that is not named gets nothing, so naming a lower one alone is out of order too.
        if not _falls(sums, strictly=False) or not _starts_at_the_top(sums):
            node.problem(key, "grade_order")
    for grade, base in bases.items():
        if grade not in weights:
            node.problem(f"base_sums.{grade}", "base_without_weight")
        if cap is not None and base > cap:
            node.problem(f"base_sums.{grade}", "base_above_cap", cap=decimal_text(cap))
    return AwardRule(weights, node.choice("share_by", SHARE_BY), bases, cap)


def _by_grade(node: Node, key: str, places: int) -> dict[str, Decimal]:
    return _decimals(node, key, GRADES_WITH_CUT_OFF, "unknown_key", places=places)


def _decimals(
    node: Node, key: str, names: tuple[str, ...], refusal: str, places: int = 6, **inputs: str
) -> dict[str, Decimal]:
    """An object of decimals by name, in the order of the names; other names are refused."""
    raw = node.raw(key)
    given = tuple(raw) if isinstance(raw, dict) else ()
    if not node.has(key):
        return {}
    inner = node.child(key, given)
    for name in given:
        if name not in names:
            inner.problem(name, refusal, **inputs)
    positive = refusal == "parameter_of_metric"
    return {name: inner.decimal(name, places=places, positive=positive) for name in names if inner.has(name)}


def _falls(sums: Mapping[str, Decimal], *, strictly: bool) -> bool:
    ordered = [sums[grade] for grade in GRADES_WITH_CUT_OFF if grade in sums]
    pairs = pairwise(ordered)
    return all(better > lower if strictly else better >= lower for better, lower in pairs)


def _starts_at_the_top(sums: Mapping[str, Decimal]) -> bool:
    named = [grade in sums for grade in GRADES_WITH_CUT_OFF]
    return named == sorted(named, reverse=True)
