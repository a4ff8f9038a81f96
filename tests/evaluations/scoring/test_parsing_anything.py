"""Whatever stands anywhere in a scheme document is read, or named with its place."""

from hypothesis import given
from hypothesis import strategies as st

from evaluations.scoring.parsing import parse_scheme
from evaluations.scoring.problems import SchemeProblems
from evaluations.scoring.writing import to_dict
from tests.evaluations.scoring.test_parsing import (
    HOURS,
    NAMES,
    RATING,
    RESULTS,
    changed,
    problems,
)
from tests.evaluations.scoring.test_parsing_mistakes import LEAF


def test_a_tree_without_end_is_too_deep():
    """However deep it is, it is refused and not read to the end."""
    tree = LEAF
    for _level in range(400):
        tree = {"code": "deep", **NAMES, "points": "40", "children": [tree]}
    found = problems(changed(*HOURS, tree))
    assert found[0].endswith("is deeper than 3 levels")


PLACES = [
    ("object_kind",), ("total",), ("indicators",), ("indicators", 0), HOURS, (*HOURS, "points"), (*HOURS, "averaging"),
    (*HOURS, "metric_parameters"), (*HOURS, "function"), (*HOURS, "function", "kind"), (*RESULTS, "whole"),
    (*RESULTS, "function", "parts"), (*RESULTS, "function", "parts", 0), (*RATING, "source"), ("scope", "funding"),
    ("scope", "min_instruments"), ("grade_rule", "cut_offs"), ("grade_rule", "quotas", "good"),
    ("grade_rule", "fail_rules"), ("grade_rule", "fail_rules", 0), ("award_rule", "base_sums"), ("award_rule", "cap"),
]  # fmt: skip
WORDS = st.text(max_size=3) | st.sampled_from(
    ("kind", "code", "children", "points", "bands", "given", "unit", "1")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


@given(place=st.sampled_from(PLACES), value=VALUES)
def test_whatever_stands_anywhere_is_read_or_named(place, value):
    """No value makes the reader fail in a way of its own, and what it read it writes and reads again."""
    try:
        scheme = parse_scheme(changed(*place, value))
    except SchemeProblems as refused:
        scheme, named = None, str(refused)
    assert named if scheme is None else parse_scheme(to_dict(scheme)) == scheme
