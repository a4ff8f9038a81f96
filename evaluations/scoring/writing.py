"""Writing a scheme as a JSON-able dict: decimals as plain strings, defaults left out."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from typing import Any

from evaluations.scoring.definition import SchemeDefinition


def decimal_text(number: Decimal) -> str:
    """One text per number: no exponent, no needless zeros, no negative zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_dict(definition: SchemeDefinition) -> dict[str, Any]:
    """The scheme as a JSON-able dict that `parse_scheme` reads back to an equal definition."""
    written: dict[str, Any] = _plain(definition)
    return written


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not is_dataclass(value):
        return value
    body = {
        item.name: _plain(getattr(value, item.name))
        for item in fields(value)
        if item.name == "kind" or item.default is MISSING or getattr(value, item.name) != item.default
    }
    return {key: item for key, item in body.items() if item != {}}
