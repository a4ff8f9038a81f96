"""Reading a scheme from a JSON-able dict: every problem is collected, with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails

from evaluations.scoring.consistency import MAX_LEVELS, inconsistencies
from evaluations.scoring.definition import FUNCTION_KINDS, SOURCES, Indicator, SchemeDefinition
from evaluations.scoring.document import GROUP, Document
from evaluations.scoring.problems import SENTENCES, Found, Place, SchemeProblem, SchemeProblems

CODES = {
    "missing": "required",
    "unexpected_keyword_argument": "unknown_key",
    "dataclass_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "dict_type": "not_an_object",
    "tuple_type": "not_a_list",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "string_too_short": "not_text",
    "string_too_long": "too_long",
    "bool_type": "not_a_boolean",
    "greater_than": "not_positive",
    "greater_than_equal": "negative",
    "less_than_equal": "too_large",
    "decimal_max_places": "too_precise",
    "recursion_depth_exceeded": "too_deep",
}
"""What the library refuses, in our codes."""
UNKNOWN = ("unknown_key", "parameter_of_metric")
INDICATOR_KEYS = {item.name for item in fields(Indicator)}
PARTS = [item.name for item in fields(Document)]
DOCUMENT = TypeAdapter(Document)


def parse_scheme(data: Mapping[str, object]) -> SchemeDefinition:
    """The scheme that the dict describes. Raises SchemeProblems with all that is wrong."""
    document: Document | None = None
    found: list[Found] = []
    try:
        document = DOCUMENT.validate_python(data)
    except ValidationError as refused:
        found = [_found(error) for error in refused.errors(include_url=False) if not _follows(error)]
    found += inconsistencies(data, {place for place, _code, _inputs in found})
    unknown = [place for place, code, _inputs in found if code in UNKNOWN]
    if document is None or found:
        raise SchemeProblems(
            SchemeProblem(_path(place), code, {name: str(value) for name, value in inputs.items()})
            for place, code, inputs in sorted(found, key=_order)
            if code in UNKNOWN or not any(place[: len(above)] == above for above in unknown)
        )
    return SchemeDefinition(**vars(document))


def scheme_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scheme: its shape. Sums, orders and references only `parse_scheme` checks."""
    return {"$schema": GenerateJsonSchema.schema_dialect, **DOCUMENT.json_schema()}


def _follows(error: ErrorDetails) -> bool:
    """A list of which an entry is wrong is too short for the library as well."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _found(error: ErrorDetails) -> Found:
    """One refusal of the library as place, code and numbers."""
    loc, kind, told, ctx = error["loc"], error["type"], error["input"], error.get("ctx", {})
    place = tuple(_steps(loc))
    if loc[-1:] == ("[key]",):
        return place, "unknown_key", {}
    if kind == "unexpected_keyword_argument" and len(loc) > 1 and loc[-1] in INDICATOR_KEYS:
        if loc[-2] == GROUP:
            return place, "group_is_not_scored", {"name": loc[-1]}
        if loc[-2] in SOURCES and loc[-1] in {"weight", "subtotal_cap"}:
            return place, "leaf_has_no_weight", {"name": loc[-1]}
        if loc[-2] in SOURCES:
            return place, "wrong_source", {"source": loc[-2]}
    if kind in {"union_tag_not_found", "union_tag_invalid", "literal_error"}:
        return _choice(error, place)
    if kind in {"too_short", "too_long"}:
        return place, "ratio_parts" if place[-1] == "ratio" else "empty_list", {}
    if kind == "string_pattern_mismatch":
        if not str(told).strip():
            return place, "empty_text", {}
        return place, "bad_code", {"limit": int(re.findall(r"\d+", ctx["pattern"])[-1]) + 1}
    limits = {"limit": ctx.get("le", ctx.get("max_length", MAX_LEVELS)), "places": ctx.get("decimal_places")}
    code = CODES.get(kind, kind)
    return place, code, {name: limits[name] for name in limits if f"%({name})s" in SENTENCES[code]}


def _choice(error: ErrorDetails, place: Place) -> Found:
    """A text that is none of some; a function of another source says which there are."""
    loc, kind, told, ctx = error["loc"], error["type"], error["input"], error.get("ctx", {})
    if kind != "literal_error" and not isinstance(told, Mapping):
        return place, "not_an_object", {}
    if kind != "literal_error":
        place, told = (*place, "kind"), told.get("kind")
    if kind == "union_tag_not_found":
        return place, "required", {}
    choices = re.findall(r"'([^']+)'", ctx.get("expected_tags") or ctx["expected"])
    if place[-2:] == ("function", "kind"):
        if told in FUNCTION_KINDS:
            source = loc[loc.index("function") - 1]
            return place, "function_of_source", {"source": source, "choices": ", ".join(choices)}
        choices = list(FUNCTION_KINDS)
    if place[-1] == "source":
        choices = list(SOURCES)
    return place, "not_a_choice", {"choices": ", ".join(choices)}


def _steps(loc: Place) -> Iterator[str | int]:
    """The keys and places of the document; the library also names the member of a union that it tried."""
    for at, step in enumerate(loc):
        of_function = 0 < at < len(loc) - 1 and loc[at - 1] == "function" and step in FUNCTION_KINDS
        of_tree = at > 1 and isinstance(loc[at - 1], int) and loc[at - 2] in {"indicators", "children"}
        if not (of_function or of_tree or step == "[key]"):
            yield step


def _order(found: Found) -> tuple[int, bool]:
    """Part by part of the document, in each part keys that are not known first."""
    place, code, _inputs = found
    part = PARTS.index(str(place[0])) if place and place[0] in PARTS else -1
    return part, code not in UNKNOWN


def _path(place: Place) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
