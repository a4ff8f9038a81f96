"""Rules room of the inventory: whom a mode admits, and where what lies on a station that goes finds place."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.inventory.rules.sharing import shared_with
from instruments.inventory.rules.stations import reseated

NINE = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


def at(key: str, station: int, start: int, end: int) -> tuple[str, int, dt.datetime, dt.datetime]:
    """Hold [start, end) in hours after nine."""
    return key, station, NINE + dt.timedelta(hours=start), NINE + dt.timedelta(hours=end)


@pytest.mark.parametrize(
    ("mode", "admitted"),
    [
        ("external", {(False, False), (False, True), (True, False), (True, True)}),
        ("internal", {(True, False), (True, True)}),
        ("not_shared", {(False, True), (True, True)}),
    ],
)
def test_shared_with(mode: str, admitted: set[tuple[bool, bool]]) -> None:
    both = (False, True)
    found = {(u, k) for u in both for k in both if shared_with(mode, of_unit=u, keeps=k)}
    assert found == admitted


def test_the_first_free_station_takes_it_over_and_only_one() -> None:
    """Two at the same time on the third of three stations' time: one fits beside the held one, the other does not."""
    held = [at("stays", 1, 0, 2), at("first", 3, 1, 3), at("second", 4, 2, 4), at("later", 3, 3, 5)]
    assert reseated(held, 2) == {"first": 2, "second": 1, "later": 2}


def test_touching_is_no_overlap_and_what_finds_no_place_is_left_out() -> None:
    """Half-open: one that ends at ten leaves ten to the next."""
    held = [at("stays", 1, 0, 1), at("fits", 2, 1, 2), at("not", 2, 0, 1)]
    assert reseated(held, 1) == {"fits": 1}
    assert reseated(held, 2) == {}


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 20), st.integers(1, 5)),
        max_size=12,
        unique_by=lambda one: one,
    ),
    st.integers(1, 4),
)
def test_nobody_is_put_onto_another(rows: list[tuple[int, int, int]], count: int) -> None:
    held = [at(str(n), station, start, start + length) for n, (station, start, length) in enumerate(rows)]
    found = reseated(held, count)
    after = [
        (found.get(key, station), start, end)
        for key, station, start, end in held
        if key in found or station <= count
    ]
    moved = [(found[key], start, end) for key, _station, start, end in held if key in found]
    for one in moved:
        assert 1 <= one[0] <= count
        others = list(after)
        others.remove(one)
        assert all(o[0] != one[0] or o[2] <= one[1] or one[2] <= o[1] for o in others)
    assert len(found) <= sum(1 for one in held if one[1] > count)
    assert all(a[0] != b[0] or a[2] <= b[1] or b[2] <= a[1] for a, b in combinations(moved, 2))
