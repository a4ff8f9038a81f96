"""Queries room: where nothing fits, which single choice keeps most away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from instruments.catalogue.queries.selection import Selection

_PARAMETERS = {
    "value": ("min_value", "max_value"),
    "window": ("free_from", "free_to"),
}
"""Choices that more than one parameter makes."""
_ORDER = (
    "instrument_class", "unit", "region", "sharing_mode", "value_band", "day", "free", "window", "max_price", "at_once",
    "q", "field", "state", "value",
)  # fmt: skip
"""Which of two that bring back as many is offered."""


@dataclass(frozen=True)
class Relaxation:
    """One choice, by the names of its parameters, and how many instruments fit without it."""

    names: tuple[str, ...]
    count: int


def best_relaxation(empty: Selection) -> Relaxation | None:
    """Return the choice that, taken away alone, brings most back; None where taking one away is not enough.

    Without the length the times are asked anew.
    """
    found = [
        Relaxation(_PARAMETERS.get(name, (name,)), empty.fitting(name).bit_count())
        for name in _ORDER
        if name in empty.chosen
    ]
    filters = empty.filters
    for name, rest in (
        ("minutes", replace(filters, minutes=None)),
        ("hours", replace(filters, any_hour=True)),
    ):
        if rest != filters and empty.has_times:
            found.append(Relaxation((name,), Selection(rest, empty.reader, empty.now).fitting().bit_count()))
    best = max(found, key=lambda row: row.count, default=None)
    return best if best and best.count else None
