"""Intervals against brute force, minute by minute."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.terms.rules.intervals import Interval, between, clip, merge, subtract, total

ZERO = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)  # Monday


def span(start: int, end: int) -> Interval:
    """An interval in minutes after ZERO."""
    return Interval(ZERO + dt.timedelta(minutes=start), ZERO + dt.timedelta(minutes=end))


def minutes(intervals: list[Interval]) -> set[int]:
    """The minutes the intervals cover."""
    return {
        m
        for i in intervals
        for m in range(int((i.start - ZERO).total_seconds() // 60), int((i.end - ZERO).total_seconds() // 60))
    }


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: span(p[0], p[0] + p[1])), max_size=8
)


def test_an_empty_interval_is_a_mistake():
    """Neither empty nor backward."""
    for end in (0, -1):
        with pytest.raises(ValueError, match="ends after"):
            span(0, end)
    assert between(ZERO, ZERO) == []


def test_touching_is_not_overlapping():
    """[0, 10) and [10, 20) share no moment."""
    assert not span(0, 10).overlaps(span(10, 20))
    assert span(0, 11).overlaps(span(10, 20))
    assert span(0, 20).contains(span(10, 20))
    assert not span(0, 19).contains(span(10, 20))


@given(spans)
def test_merge_covers_the_same_minutes_without_touching(intervals):
    """Sorted, apart, same minutes."""
    merged = merge(intervals)
    assert minutes(merged) == minutes(intervals)
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))
    assert total(merged) == dt.timedelta(minutes=len(minutes(intervals)))


@given(spans, spans)
def test_subtract_is_set_difference(intervals, holes):
    """Every minute of the first that is in no hole."""
    rest = subtract(intervals, holes)
    assert minutes(rest) == minutes(intervals) - minutes(holes)
    assert rest == merge(rest)


@given(spans, st.integers(0, 50), st.integers(1, 40))
def test_clip_is_intersection(intervals, start, length):
    """Every minute inside the window."""
    window = span(start, start + length)
    assert minutes(clip(intervals, window)) == minutes(intervals) & minutes([window])


@given(spans.filter(len), spans.filter(len))
def test_overlap_agrees_with_brute_force(ones, others):
    """Two intervals overlap exactly if they share a minute."""
    for one in ones:
        for other in others:
            assert one.overlaps(other) == bool(minutes([one]) & minutes([other]))
