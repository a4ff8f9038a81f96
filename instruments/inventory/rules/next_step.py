"""Rules room: the one thing to do next for an instrument, so that it can be found, booked and charged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class NextStep(StrEnum):
    """What is missing, the most pressing first."""

    REPAIR = "repair"
    STEWARD = "steward"
    OPENING = "opening"
    PRICES = "prices"
    RECORD = "record"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Readiness:
    """What an instrument has beside its record: a steward, weekly hours, and prices for which user categories."""

    has_steward: bool = False
    is_opened: bool = False
    priced: frozenset[str] = frozenset()


def next_step(
    readiness: Readiness, *, state: str, charged: Collection[str], missing: Collection[str]
) -> NextStep:
    """Return the most pressing thing to do.

    `charged` are the user categories that may book, none where the instrument is not shared; `missing` are the
    empty columns of the record. A retired instrument asks for nothing any more.
    """
    if state == "retired":
        return NextStep.NOTHING
    if state == "under_repair":
        return NextStep.REPAIR
    if not readiness.has_steward:
        return NextStep.STEWARD
    if charged and not readiness.is_opened:
        return NextStep.OPENING
    if not set(charged) <= readiness.priced:
        return NextStep.PRICES
    return NextStep.RECORD if missing else NextStep.NOTHING
