"""Rules room: how much of the national record of an instrument is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

RECORD = (
    "inner_id",
    "name_zh",
    "name_en",
    "instrument_class",
    "source",
    "original_value",
    "country",
    "manufacturer",
    "started_on",
    "equipment_kind",
    "model",
    "technical",
    "functions",
    "fields",
    "funding",
    "department",
    "services",
    "achievements",
    "running_state",
    "sharing_mode",
    "requirements",
    "fee_note",
    "region",
    "address",
    "longitude",
    "latitude",
    "contact_name",
    "contact_phone",
    "contact_email",
    "postal_address",
    "postal_code",
)
"""The columns of the national record, type 4, that a unit fills in and that are never rightly empty."""


@dataclass(frozen=True)
class Completeness:
    """Share of filled columns, 0..100 percent to one place, and the names of the empty ones."""

    percent: Decimal
    missing: tuple[str, ...]


def completeness(record: Mapping[str, object]) -> Completeness:
    """Score a record given as column name to value; a column not given counts as empty.

    Empty are None, blank text, and collections without a member; a value of 0 yuan is empty too, since
    the register holds nothing that was free of charge by its own price.
    """
    missing = tuple(name for name in RECORD if _is_empty(record.get(name)))
    return Completeness(percent_of(len(RECORD) - len(missing)), missing)


def percent_of(filled: int) -> Decimal:
    """Return the percent that so many filled columns are, to one place."""
    return (Decimal(100 * filled) / len(RECORD)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return not value
