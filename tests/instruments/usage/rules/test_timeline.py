"""What is held on one station, asked and changed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.terms.rules.intervals import Interval
from instruments.usage.rules.timeline import Timeline, Wish, clashes_of

ZERO = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def span(start: int, end: int) -> Interval:
    """Hours after zero."""
    return Interval(ZERO + dt.timedelta(hours=start), ZERO + dt.timedelta(hours=end))


def test_overlap_and_touch():
    """[2, 4) and [6, 8): what reaches in is found in order, what touches is not."""
    line = Timeline[str]()
    line.add(span(6, 8), "b")
    line.add(span(2, 4), "a")
    assert line.overlapping(span(0, 2)) == line.overlapping(span(4, 6)) == line.overlapping(span(8, 9)) == []
    assert line.overlapping(span(3, 7)) == ["a", "b"]
    assert line.overlapping(span(7, 8)) == ["b"]
    with pytest.raises(ValueError, match="never overlap"):
        line.add(span(1, 3), "c")


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 8)), max_size=40), st.integers(0, 60))
def test_agrees_with_looking_at_each(parts, start):
    """Whatever is added, the answer is that of comparing with every one of them."""
    line, held = Timeline[int](), {}
    for number, (first, length) in enumerate(parts):
        wish = span(first, first + length)
        found = line.overlapping(wish)
        assert found == sorted(
            (n for n, other in held.items() if other.overlaps(wish)), key=lambda n: held[n].start
        )
        if not found:
            line.add(wish, number)
            held[number] = wish
    assert line.overlapping(span(start, start + 1)) == [
        n for n, other in held.items() if other.overlaps(span(start, start + 1))
    ]


class TestClashes:
    """Wishes are granted as a whole."""

    def held(self, **spans):
        return [("a", span(*hours), name) for name, hours in spans.items()]

    def test_two_change_places(self):
        wishes = [Wish("a", span(2, 3), "x2", "x"), Wish("a", span(1, 2), "y2", "y")]
        assert clashes_of(self.held(x=(1, 2), y=(2, 3)), wishes) == {}

    def test_who_is_refused_stays_where_it_was(self):
        """X cannot go to Z's time, so Y cannot have X's."""
        wishes = [Wish("a", span(1, 2), "y2", "y"), Wish("a", span(5, 6), "x2", "x")]
        held = self.held(x=(1, 2), y=(2, 3), z=(5, 6))
        assert clashes_of(held, wishes) == {0: "x", 1: "z"}

    def test_new_ones_take_what_is_left(self):
        wishes = [Wish("a", span(1, 2), "m"), Wish("a", span(1, 3), "n"), Wish("b", span(1, 3), "o")]
        assert clashes_of([], wishes) == {1: "m"}
