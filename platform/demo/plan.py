"""How large the invented network is, and the day it is seen from."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from folding.times import LOCAL

DATA = Path(__file__).resolve().parent / "data"
SEED = 20211347


@dataclass(frozen=True)
class Size:
    """The counts of one network. `units` 0 means all of the list; so many requests wait for a decision elsewhere."""

    units: int
    shared: int
    registered: int
    retired: int
    people: int
    mean_hours: float
    mean_external: float
    rounds: bool
    waiting: int


SIZES = {
    "full": Size(0, 1347, 1658, 6, 2000, 694.0, 322.0, rounds=True, waiting=40),
    "small": Size(5, 32, 40, 1, 90, 310.0, 140.0, rounds=False, waiting=6),
}


@dataclass(frozen=True)
class Plan:
    """One seeding: the size, the moment it happens, and a source of chance per topic."""

    size: Size
    now: dt.datetime
    seed: int = SEED
    streams: dict[str, Random] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        """The local day of that moment."""
        return self.now.astimezone(LOCAL).date()

    def rng(self, topic: str) -> Random:
        """Return the topic's own generator, so that a change in one topic leaves the others as they were."""
        if topic not in self.streams:
            self.streams[topic] = Random(f"{self.seed}:{topic}")  # noqa: S311 - invented data, not secrets
        return self.streams[topic]


def read(name: str) -> dict[str, Any]:
    """Read one TOML file of the demo's data folder."""
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)


def shares(total: int, weights: list[float]) -> list[int]:
    """Split a whole number by weights, largest remainders first; earlier entries win ties."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
