"""Reading the scoring function of an indicator."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from evaluations.scoring.definition import (
    FUNCTIONS_OF_SOURCE,
    Band,
    Bands,
    CappedLinear,
    Choice,
    Function,
    Given,
    Option,
    PerCount,
    WeightedPart,
    WeightedSum,
    YesNo,
)
from evaluations.scoring.reading import Node, Reader
from evaluations.scoring.writing import decimal_text

CODE_LENGTH = 40
MAX_POINTS = Decimal(1000)
PART_CODE_LENGTH = 19
"""Key of a reported part: `indicator.part`, 60 characters in all."""

KEYS: dict[str, tuple[str, ...]] = {
    "capped_linear": ("benchmark",),
    "per_count": ("points_each", "per", "whole_steps"),
    "bands": ("bands",),
    "yes_no": (),
    "given": ("scale",),
    "choice": ("options",),
    "weighted_sum": ("parts",),
}


def read_function(indicator: Node, source: str, points: Decimal) -> Function | None:
    """The function under the indicator's key `function`; None (and a problem) if it cannot be read."""
    raw = indicator.raw("function")
    kind = raw.get("kind") if isinstance(raw, dict) else None
    known = kind if isinstance(kind, str) and kind in KEYS else ""
    if not indicator.has("function"):
        return None
    keys = KEYS[known] if known else (tuple(raw) if isinstance(raw, dict) else ())
    node = indicator.child("function", ("kind", *keys))
    if not node.is_object:
        return None
    node.choice("kind", tuple(KEYS))
    if not known:
        return None
    if source and known not in FUNCTIONS_OF_SOURCE[source]:
        choices = ", ".join(FUNCTIONS_OF_SOURCE[source])
        node.problem("kind", "function_of_source", source=source, choices=choices)
    return READERS[known](node, points)


def _capped_linear(node: Node, _points: Decimal) -> Function:
    return CappedLinear(node.decimal("benchmark", positive=True))


def _per_count(node: Node, _points: Decimal) -> Function:
    return PerCount(
        points_each=node.decimal("points_each", positive=True),
        per=node.decimal("per", Decimal(1), positive=True),
        whole_steps=node.boolean("whole_steps", default=False),
    )


def _bands(node: Node, points: Decimal) -> Function:
    bands = node.entries("bands", lambda value, path: _band(node.reader, value, path, points))
    pairs = list(pairwise(bands))
    if node.reader.is_clean(node.at("bands")):
        if any(upper.lower <= lower.lower for lower, upper in pairs):
            node.problem("bands", "bands_order")
        if any(upper.points <= lower.points for lower, upper in pairs):
            node.problem("bands", "bands_points")
        _check_full(node, "bands", max(band.points for band in bands), points)
    return Bands(bands)


def _band(reader: Reader, value: object, path: str, points: Decimal) -> Band:
    node = reader.node(value, path, ("lower", "points"))
    return Band(node.decimal("lower", places=4), node.decimal("points", places=2, limit=points or MAX_POINTS))


def _yes_no(_node: Node, _points: Decimal) -> Function:
    return YesNo()


def _given(node: Node, _points: Decimal) -> Function:
    return Given(node.decimal("scale", positive=True, places=2) if node.has("scale") else None)


def _choice(node: Node, points: Decimal) -> Function:
    options = node.entries("options", lambda value, path: _option(node.reader, value, path, points))
    node.unique("options", [option.value for option in options])
    if node.reader.is_clean(node.at("options")):
        _check_full(node, "options", max(option.points for option in options), points)
    return Choice(options)


def _option(reader: Reader, value: object, path: str, points: Decimal) -> Option:
    node = reader.node(value, path, ("value", "points", "name_zh", "name_en"))
    return Option(
        value=node.decimal("value", places=4),
        points=node.decimal("points", places=2, limit=points or MAX_POINTS),
        name_zh=node.text("name_zh"),
        name_en=node.text("name_en"),
    )


def _weighted_sum(node: Node, _points: Decimal) -> Function:
    parts = node.entries("parts", lambda value, path: _weighted_part(node.reader, value, path))
    node.unique("parts", [part.code for part in parts])
    return WeightedSum(parts)


def _weighted_part(reader: Reader, value: object, path: str) -> WeightedPart:
    node = reader.node(value, path, ("code", "name_zh", "name_en", "points", "per"))
    return WeightedPart(
        code=node.code("code", PART_CODE_LENGTH),
        name_zh=node.text("name_zh"),
        name_en=node.text("name_en"),
        points=node.decimal("points", positive=True),
        per=node.decimal("per", Decimal(1), positive=True),
    )


def _check_full(node: Node, key: str, most: Decimal, points: Decimal) -> None:
    """The full points must be reachable, or the tree's sums would promise what nobody can get."""
    if most != points:
        node.problem(key, "full_not_reached", most=decimal_text(most), points=decimal_text(points))


READERS: dict[str, Callable[[Node, Decimal], Function]] = {
    "capped_linear": _capped_linear,
    "per_count": _per_count,
    "bands": _bands,
    "yes_no": _yes_no,
    "given": _given,
    "choice": _choice,
    "weighted_sum": _weighted_sum,
}
