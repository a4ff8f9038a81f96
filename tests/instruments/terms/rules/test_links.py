"""Which instruments hang together, and which of them somebody forgot to name."""

import pytest

from instruments.terms.rules.links import connected, missing_links


@pytest.mark.parametrize(
    ("start", "pairs", "found"),
    [
        (1, [], {1}),
        (1, [(1, 2)], {1, 2}),
        (2, [(1, 2)], {1, 2}),
        (3, [(1, 2), (1, 3), (4, 5)], {1, 2, 3}),
        (4, [(1, 2), (2, 3), (3, 4)], {1, 2, 3, 4}),
        (6, [(1, 2), (4, 5)], {6}),
    ],
)
def test_what_hangs_together(start, pairs, found):
    """Whichever way round a pair was said, over as many steps as there are."""
    assert connected(start, pairs) == found


@pytest.mark.parametrize(
    ("wanted", "further", "missing"),
    [
        ([], {}, {}),
        ([2], {}, {}),
        ([2, 3], {2: [3]}, {}),
        ([2], {2: [3]}, {2: {3}}),
        ([2], {2: [1]}, {}),
        ([2, 3], {2: [1, 4], 3: [5, 2]}, {2: {4}, 3: {5}}),
    ],
)
def test_whoever_is_needed_is_named_directly(wanted, further, missing):
    """The list of 1; what needs 1 itself has it."""
    assert missing_links(wanted, further, 1) == missing
