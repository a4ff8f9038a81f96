"""A score on the line of the grades."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evaluations.results.rules.gauge import better_than, gauge_of
from evaluations.scoring.definition import GradeRule

CUT_OFFS = {"excellent": Decimal(85), "good": Decimal(75), "pass": Decimal(60)}


def test_the_line_begins_a_ten_below_what_it_shows():
    """Cut-offs stand from the lowest to the highest, in percent of the line from 50 to 100."""
    gauge = gauge_of(Decimal("72.5"), CUT_OFFS, Decimal(100))
    assert (gauge.low, gauge.high, gauge.at) == (50, 100, 45)
    assert [(cut.grade, cut.points, cut.at) for cut in gauge.cuts] == [
        ("pass", 60, 20),
        ("good", 75, 50),
        ("excellent", 85, 70),
    ]
    assert (gauge.place(Decimal(40)), gauge.place(Decimal(100))) == (0, 100)


def test_the_line_never_begins_below_nothing():
    """A score of 3 begins at 0, not at -10."""
    assert gauge_of(Decimal(3), CUT_OFFS, Decimal(100)).low == 0


@pytest.mark.parametrize(
    ("grade", "better"), [("excellent", None), ("good", "excellent"), ("pass", "good"), ("fail", "pass")]
)
def test_the_next_better_grade(grade, better):
    """One that has a cut-off."""
    assert better_than(grade, GradeRule(CUT_OFFS)) == better


def test_a_grade_without_cut_off_is_passed_over():
    """From fail straight to excellent."""
    assert better_than("fail", GradeRule({"excellent": Decimal(85)})) == "excellent"
