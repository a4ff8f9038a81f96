"""What others rely on in the terms of an instrument beside its hours; upper rooms say what rests on each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from instruments.inventory.models import Instrument


@dataclass(frozen=True)
class Price:
    """A user category had a price at an instrument from a day on; ask when it is taken back."""

    instrument: Instrument
    category: str
    day: dt.date
