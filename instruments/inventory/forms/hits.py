"""Forms room: what shall happen to each booking whose basis is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from instruments.inventory.dependants import Dependant

PREFIX = "choice_"


@dataclass(frozen=True)
class Hit:
    """One booking as the page asks about it, and what was chosen so far."""

    booking: Dependant
    name: str
    chosen: str


def choices_in(data: Mapping[str, object]) -> dict[UUID, str]:
    """Return what was chosen for which booking; nonsense chooses nothing."""
    found = {}
    for name, value in data.items():
        if name.startswith(PREFIX):
            try:
                found[UUID(name.removeprefix(PREFIX))] = str(value)
            except ValueError:
                continue
    return found


def asked(hits: Sequence[Dependant], data: Mapping[str, object]) -> list[Hit]:
    """Return the questions of a page; what was answered before stays answered."""
    chosen = choices_in(data)
    return [Hit(one, f"{PREFIX}{one.pk}", chosen.get(one.pk, "")) for one in hits]
