"""Pure rules of break-downs: what is still to be held, and where else those it hits can go; worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.booking.rules.free_slots import FreeSlot
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.rules.outages import Outage, Place, ways_out
from instruments.upkeep.rules.ways import Way, codes_in, way_key, way_of
from tests.instruments.moments import at

DAY = Interval(at(0, 9), at(0, 18))


def span(begins: int, ends: int, day: int = 0) -> Interval:
    """Hours of a day."""
    return Interval(at(day, begins), at(day, ends))


def place(code: str, *free: Interval, station: int = 1, apart: int = 0) -> Place:
    """A station in steps of half an hour."""
    return Place(code, station, 30, dt.timedelta(minutes=apart), list(free))


class TestGaps:
    """`Outage.gaps`."""

    def test_around_what_is_held(self):
        """9–18 on two stations; 8–10, 12–13 and 17–20 of the first are held: 10–12 and 13–17 are left of it."""
        held = {1: [span(8, 10), span(12, 13), span(17, 20)]}
        assert Outage((1, 2), DAY).gaps(held) == [(1, span(10, 12)), (1, span(13, 17)), (2, DAY)]

    def test_where_all_is_held(self):
        """Nothing is left of it."""
        assert Outage((1,), DAY).gaps({1: [DAY]}) == []


@pytest.mark.parametrize(
    ("station", "begins", "ends", "hit"),
    [(1, 8, 9, False), (1, 8, 10, True), (1, 17, 19, True), (1, 18, 19, False), (2, 9, 18, False)],
)
def test_both_edges(station, begins, ends, hit):
    """What touches it is not hit; another station neither."""
    assert Outage((1,), DAY).hits(station, span(begins, ends)) is hit


def test_what_is_left_free():
    """Beside it on its own stations; all on the others."""
    free = [span(8, 20)]
    assert Outage((1,), DAY).left_free(1, free) == [span(8, 9), span(18, 20)]
    assert Outage((1,), DAY).left_free(2, free) == free


class TestWaysOut:
    """`ways_out`."""

    def test_the_first_ones_can_be_had_together(self):
        """Two of two hours want 18–20 and 20–22: the second is not offered what the first takes."""
        here = place("A", span(18, 24))
        found = ways_out([(span(9, 11), [here]), (span(10, 12), [here])], most=3)
        assert found == [
            [FreeSlot("A", at(0, 18), at(0, 20), 1)],
            [FreeSlot("A", at(0, 20), at(0, 22), 1)],
        ]

    def test_time_stays_free_between_them(self):
        """With thirty minutes apart the second begins at half past eight."""
        here = place("A", span(18, 24), apart=30)
        second = ways_out([(span(9, 11), [here]), (span(10, 12), [here])], most=3)[1]
        assert second == [FreeSlot("A", at(0, 20, 30), at(0, 22, 30), 1)]

    def test_the_soonest_first_and_then_the_place_named_first(self):
        """At ten on B before noon on A; at noon A before C; at most two."""
        a, b, c = place("A", span(12, 20)), place("B", span(8, 20)), place("C", span(12, 14), station=2)
        wish = span(10, 12)
        assert ways_out([(wish, [a, b, c])], most=2) == [
            [FreeSlot("B", at(0, 10), at(0, 12), 1), FreeSlot("A", at(0, 12), at(0, 14), 1)]
        ]

    def test_on_the_grid_and_long_enough(self):
        """Free from 10:10: it begins at 10:30; 90 minutes are too short for two hours; nothing before the wish."""
        odd = place("A", span(6, 9), Interval(at(0, 10, 10), at(0, 12)), Interval(at(0, 13, 10), at(0, 16)))
        assert ways_out([(span(9, 11), [odd])], most=3) == [[FreeSlot("A", at(0, 13, 30), at(0, 15, 30), 1)]]

    def test_where_nothing_is_free(self):
        """None, nor where what is free is too short; nothing is taken from others."""
        other, short = place("A", span(18, 20)), place("B", span(12, 13))
        assert ways_out([(span(9, 11), []), (span(9, 11), [short]), (span(9, 11), [other])], most=3) == [
            [],
            [],
            [FreeSlot("A", at(0, 18), at(0, 20), 1)],
        ]


class TestWays:
    """`way_key`, `way_of`."""

    def test_there_and_back(self):
        """Ten o'clock in Shanghai is two in UTC."""
        key = way_key(FreeSlot("A-1", at(1, 10), at(1, 12), 2))
        assert key == "way A-1 2 2026-03-03T02:00:00Z"
        assert way_of(key) == Way("A-1", 2, at(1, 10))

    @pytest.mark.parametrize(
        "text",
        [
            *("", "keep", "way A 1", "wax A 1 2026-03-03T02:00:00Z", "way A x 2026-03-03T02:00:00Z"),
            *("way A ² 2026-03-03T02:00:00Z", "way A 1 tomorrow", "way A 1 2026-03-03T02:00:00"),
            "way A 1 9999-12-31T23:00:00Z",
        ],
    )
    def test_what_is_none(self, text):
        """Nothing of it is taken for a way."""
        assert way_of(text) is None

    def test_codes(self):
        """Of the ways among the choices."""
        assert codes_in(["keep", "way A 1 2026-03-03T02:00:00Z", ""]) == {"A"}
