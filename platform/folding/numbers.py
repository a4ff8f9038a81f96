"""Numbers as people write them: full-width, grouped by commas, with a sign for yuan; never with an exponent."""

from __future__ import annotations

import re
from decimal import Decimal

from folding.characters import code

_FIGURE = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3}){1,6}|\d{1,30})?(\.\d{0,30})?", re.ASCII)
_YUAN = re.compile(r"^([+-]?)\s*(?:¥|RMB|CNY)\s*|\s*(?:元|RMB|CNY|yuan)$", re.IGNORECASE)


class NoNumber(ValueError):
    """The text is no number as we read them."""


def figure(text: str) -> str:
    """Return a number as plain decimal text such as -1234.50; empty stays empty.

    Raises NoNumber for exponents, foreign digits and anything else.
    """
    try:
        folded = code(text)
    except ValueError as error:
        raise NoNumber(text) from error
    if not folded:
        return ""
    found = _FIGURE.fullmatch(folded)
    if found is None or not (found[2] or (found[3] and len(found[3]) > 1)):
        raise NoNumber(text)
    whole, part = (found[2] or "0").replace(",", ""), (found[3] or "").rstrip(".")
    return f"{'-' if found[1] == '-' else ''}{whole}{part}"


def money(text: str) -> str:
    """Return an amount of yuan as `figure` does, with or without its sign. Raises NoNumber."""
    try:
        return figure(_YUAN.sub(r"\1", code(text)))
    except ValueError as error:
        raise NoNumber(text) from error


def whole(text: str) -> str:
    """Return a count as digits; 3.0 is 3. Raises NoNumber for a part of one."""
    plain = figure(text)
    if plain and Decimal(plain) != Decimal(plain).to_integral_value():
        raise NoNumber(text)
    return plain.partition(".")[0]
