"""Rules room: the bands of original value by which the catalogue is narrowed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class ValueBand:
    """[low, high) in yuan; `high` None has no end. The code gives both in units of 10,000 yuan (万元)."""

    code: str
    low: Decimal
    high: Decimal | None


_BOUNDS = [0, 50, 100, 200, 500]

BANDS = tuple(
    ValueBand(
        f"{low}-{high}" if high is not None else f"{low}-",
        Decimal(low) * 10_000,
        None if high is None else Decimal(high) * 10_000,
    )
    for low, high in zip(_BOUNDS, [*_BOUNDS[1:], None], strict=True)
)
BANDS_BY_CODE = {band.code: band for band in BANDS}


def band_of(value: Decimal) -> str:
    """Return the code of the band in which an original value lies."""
    return next(band.code for band in BANDS if band.high is None or value < band.high)
