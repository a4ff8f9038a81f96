"""The scores of all units as dots on one line."""

from __future__ import annotations

from decimal import Decimal

from evaluations.steps.rules.strip import Dot, Mark, strip_of


def test_equal_scores_are_stacked():
    """The line runs from 60 to 90; two units of 80 points stand one above the other, the lower code below."""
    strip = strip_of(
        [
            (Decimal(80), "B", "good", True),
            (Decimal(60), "C", "pass", False),
            (Decimal(80), "A", "good", False),
        ],
        [Decimal(85)],
    )
    assert (strip.low, strip.high, strip.height) == (60, 90, 21)
    assert strip.dots == (Dot(10, 14, "pass", False), Dot(185, 14, "good", False), Dot(185, 7, "good", True))
    assert strip.marks == (Mark(227, Decimal(85)),)


def test_a_single_score_has_a_line_of_its_own():
    """Ten points long at least."""
    strip = strip_of([(Decimal(80), "A", "good", False)], [Decimal(80)])
    assert (strip.low, strip.high, strip.marks[0].x) == (80, 90, 10)
