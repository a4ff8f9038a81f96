"""Working days of a publicity window."""

import datetime as dt

import pytest

from evaluations.rules.working_days import last_of, working_days


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2025-05-07", "2025-05-13", 5),  # the window of the 2024 results, Wednesday to Tuesday
        ("2026-05-11", "2026-05-15", 5),  # Monday to Friday
        ("2026-05-16", "2026-05-17", 0),  # a weekend
        ("2026-05-15", "2026-05-15", 1),
        ("2026-05-15", "2026-05-14", 0),
    ],
)
def test_both_ends_count(first, last, days):
    """Weekends do not."""
    assert working_days(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == days


@pytest.mark.parametrize(("count", "last"), [(1, "2025-05-07"), (5, "2025-05-13"), (6, "2025-05-14")])
def test_the_day_on_which_they_are_full(count, last):
    """From Wednesday 7 May 2025 on."""
    assert last_of(dt.date(2025, 5, 7), count) == dt.date.fromisoformat(last)


def test_a_window_has_a_day():
    """Less is a mistake."""
    with pytest.raises(ValueError, match="at least one"):
        last_of(dt.date(2025, 5, 7), 0)
