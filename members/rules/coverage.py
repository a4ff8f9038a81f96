"""Rules room: whether dated spans, taken together, leave no day uncovered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

Span = tuple[dt.date, dt.date | None]
"""[first day, first day without); None means without end."""


def covers_for_ever(spans: Iterable[Span], since: dt.date) -> bool:
    """Say whether every day from `since` on lies in at least one span; empty spans cover nothing."""
    reached = since
    for first, last in sorted(spans, key=lambda span: span[0]):
        if first > reached:
            return False
        if last is None:
            return True
        reached = max(reached, last)
    return False
