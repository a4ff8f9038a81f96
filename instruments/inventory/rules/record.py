"""Rules room: limits of the national record that the columns alone do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

WEST, EAST = Decimal("97"), Decimal("126.1")
SOUTH, NORTH = Decimal("37.4"), Decimal("53.4")
MOST_FIELDS, MOST_FUNDS = 4, 4

TEXT_LIMITS: Mapping[str, int] = {
    "technical": 500,
    "functions": 300,
    "description_zh": 500,
    "description_en": 1000,
    "services": 200,
    "achievements": 500,
    "requirements": 500,
    "fee_note": 500,
}
"""Longest texts in characters, by the national record; a constraint of the database holds each."""


def inside_the_region(longitude: Decimal, latitude: Decimal) -> bool:
    """Say whether a place lies in the box around Inner Mongolia (97–126.1° E, 37.4–53.4° N)."""
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH


def too_long(texts: Mapping[str, str]) -> dict[str, int]:
    """Return the texts over their limit, each with the limit."""
    return {name: limit for name, limit in TEXT_LIMITS.items() if len(texts.get(name, "")) > limit}
