"""Spans of free time: found whole, cut at midnight, told anew only where something changed."""

from hypothesis import given
from hypothesis import strategies as st

from instruments.opendata.rules.spans import changes, spans


def test_two_instruments_on_two_days():
    """Four slots a day: the first is free from slot 1 over midnight to 6, the second in 0 and 2 and the last."""
    first, second = 0b01, 0b10
    rows = [second, first, first | second, first, first, first, 0, second]
    assert sorted(spans(rows, 0b11, 4)) == [
        (0, 1, 4),
        (0, 4, 6),
        (1, 0, 1),
        (1, 2, 3),
        (1, 7, 8),
    ]


def test_who_is_not_among_them_is_left_out():
    """Though free all the time."""
    assert list(spans([0b11] * 4, 0b01, 4)) == [(0, 0, 4)]
    assert list(spans([], 0b01, 4)) == []


@given(st.lists(st.integers(0, 31), max_size=30), st.integers(0, 31), st.integers(1, 7))
def test_spans_say_exactly_what_the_slots_say(rows, among, a_day):
    """Each free slot lies in one span, none in two; no span crosses a midnight or touches another of its day."""
    found = list(spans(rows, among, a_day))
    told = [(position, slot) for position, first, last in found for slot in range(first, last)]
    free = [(p, slot) for slot, row in enumerate(rows) for p in range(5) if row & among & 1 << p]
    assert sorted(told) == sorted(free)
    assert all(first // a_day == (last - 1) // a_day for _p, first, last in found)
    ends = {(position, last) for position, _first, last in found if last % a_day}
    assert not ends & {(position, first) for position, first, _last in found}


MAPS = st.dictionaries(st.integers(0, 9), st.integers(0, 2))


@given(MAPS, MAPS)
def test_applied_changes_make_the_published_what_it_is_to_be(published, wanted):
    """And an unchanged one is not told again."""
    found = changes(published, wanted)
    after = (
        {key: said for key, said in published.items() if key not in found.gone} | found.changed | found.new
    )
    assert after == wanted
    assert bool(found) == (published != wanted)
    assert not any(published.get(key) == said for key, said in (found.changed | found.new).items())
