"""One instrument's figures of the data period, as the snapshot holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class InstrumentFigures:
    """Hours and yuan are Decimal. `in_scope` says whether the row counts.

    `open_to_share`: the instrument is openly shared; `should_share`: it is one of those that should be.
    `external_*` is the part for users outside the owning legal person. `external_users` and `served_units`
    are distinct per instrument, so that a unit served on two instruments counts once for each of them.
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
    effective_hours: Decimal = ZERO
    external_hours: Decimal = ZERO
    income: Decimal = ZERO
    external_income: Decimal = ZERO
    samples: int = 0
    records: int = 0
    external_users: int = 0
    served_units: int = 0

    @property
    def internal_hours(self) -> Decimal:
        """Effective hours for users of the owning legal person."""
        return self.effective_hours - self.external_hours

    @property
    def internal_income(self) -> Decimal:
        """Income from users of the owning legal person (yuan)."""
        return self.income - self.external_income
