"""One instrument's figures of the data period, as the snapshot holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from instruments.usage.metrics import UsageTotals

ZERO = Decimal(0)
SPECIAL = "special"


@dataclass(frozen=True)
class InstrumentFigures(UsageTotals):
    """What an instrument was, and what its usage adds up to. `in_scope` says whether the row counts.

    `open_to_share`: the instrument is openly shared; `should_share`: it is one of those that should be.
    `external_users` and `served_units` are distinct per instrument, so that a unit served on two instruments counts
    once for each of them.
    """

    instrument_code: str
    unit_code: str
    original_value: Decimal
    in_scope: bool = True
    open_to_share: bool = True
    should_share: bool = True
    equipment_kind: str = "general"
    unit_kind: str = ""
    funding: tuple[str, ...] = ()
    joined_on: date | None = None
    open_hours: Decimal = ZERO
