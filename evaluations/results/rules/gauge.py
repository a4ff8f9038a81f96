"""A score on the line of the grades, and the next better grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from evaluations.scoring.definition import GRADES, GradeRule

SCALE_STEP = 10
"""The line of the gauge begins at a ten below what it shows."""


@dataclass(frozen=True)
class Cut:
    """A cut-off on the gauge: `at` is its place in percent of the line."""

    grade: str
    points: Decimal
    at: int


@dataclass(frozen=True)
class Gauge:
    """A score on the line of grades: the line's ends, the score's place on it in percent, the cut-offs."""

    low: int
    high: int
    at: int
    cuts: tuple[Cut, ...]

    def place(self, points: Decimal) -> int:
        """Where these points lie on the line, in percent."""
        return _place(points, self.low, self.high)


def better_than(grade: str, rule: GradeRule) -> str | None:
    """The next better grade that has a cut-off; None at the top."""
    above = [one for one in GRADES[: GRADES.index(grade)] if one in rule.cut_offs]
    return above[-1] if above else None


def gauge_of(score: Decimal, cut_offs: Mapping[str, Decimal], total: Decimal) -> Gauge:
    """The score on the line of the grades up to `total`, which begins at least a ten below what it shows."""
    low = int(min([score, *cut_offs.values()])) // SCALE_STEP * SCALE_STEP
    low, high = max(low - SCALE_STEP, 0), int(total)
    return Gauge(
        low=low,
        high=high,
        at=_place(score, low, high),
        cuts=tuple(
            Cut(grade, points, _place(points, low, high))
            for grade, points in reversed(list(cut_offs.items()))
        ),
    )


def _place(points: Decimal, low: int, high: int) -> int:
    return min(max(round((points - low) * 100 / (high - low)), 0), 100)
