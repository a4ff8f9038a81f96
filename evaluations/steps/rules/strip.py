"""The strip of a simulation: the scores of all units as dots on one line, with the cut-offs tried."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

STRIP_WIDTH, STRIP_MARGIN, DOT, SCALE_STEP = 280, 10, 7, 10
"""The strip of dots: its width, its margin at both sides and the room of a dot; its scale begins at a ten."""


@dataclass(frozen=True)
class Dot:
    """One unit in the strip: its place, its grade by the terms tried, and whether that differs."""

    x: int
    y: int
    grade: str
    moved: bool


@dataclass(frozen=True)
class Mark:
    """A cut-off in the strip."""

    x: int
    cut_off: Decimal


@dataclass(frozen=True)
class Strip:
    """The scores of all units on one line, with the cut-offs tried."""

    height: int
    low: int
    high: int
    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]


def strip_of(scored: Iterable[tuple[Decimal, str, str, bool]], cut_offs: Collection[Decimal]) -> Strip:
    """Place each unit (score, code, grade tried, whether it moves) on the line; equal places are stacked."""
    ordered = sorted(scored)
    values = [score for score, *_rest in ordered] + list(cut_offs)
    low = int(min(values)) // SCALE_STEP * SCALE_STEP
    high = max(-(-int(max(values)) // SCALE_STEP) * SCALE_STEP, low + SCALE_STEP)

    def place(score: Decimal) -> int:
        part = (Fraction(score) - low) / (high - low)
        return STRIP_MARGIN + round(
            min(max(part, Fraction(0)), Fraction(1)) * (STRIP_WIDTH - 2 * STRIP_MARGIN)
        )

    stacked: dict[int, int] = {}
    dots = []
    for score, _code, grade, moved in ordered:
        column = place(score) // DOT
        stacked[column] = stacked.get(column, 0) + 1
        dots.append((column * DOT + DOT // 2, stacked[column], grade, moved))
    height = max(stacked.values(), default=1) * DOT + DOT
    return Strip(
        height=height,
        low=low,
        high=high,
        dots=tuple(Dot(x, height - floor * DOT, grade, moved) for x, floor, grade, moved in dots),
        marks=tuple(Mark(place(cut_off), cut_off) for cut_off in cut_offs),
    )
