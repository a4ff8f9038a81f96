"""Rules room: how long a message may be, and how many somebody may write in an hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from instruments.terms.errors import BrokenRule, problem

MOST_WORDS = 1000
MOST_AN_HOUR = 20
"""Messages of one person about one booking."""
HOUR = dt.timedelta(hours=1)


def words_problems(words: str) -> list[BrokenRule]:
    """Return what is wrong with the words of a message, which are stripped: 1 to 1000 characters, no NUL."""
    return (
        [] if 1 <= len(words) <= MOST_WORDS and "\0" not in words else [problem("words", required=MOST_WORDS)]
    )


def next_message_at(sent: Sequence[dt.datetime], now: dt.datetime) -> dt.datetime | None:
    """Return when the next message may be written, None where it may be now; `sent` is when the last ones were."""
    last = sorted(moment for moment in sent if moment > now - HOUR)
    return last[-MOST_AN_HOUR] + HOUR if len(last) >= MOST_AN_HOUR else None
