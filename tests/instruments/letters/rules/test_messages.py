"""How long a message may be, and when the next one may be written."""

from __future__ import annotations

import datetime as dt

import pytest

from instruments.letters.rules.messages import MOST_AN_HOUR, MOST_WORDS, next_message_at, words_problems
from tests.instruments.moments import NOW

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "fine"), [("", False), ("x", True), ("x" * 1000, True), ("x" * 1001, False), ("a\0", False)]
)
def test_words_of_one_to_a_thousand_characters(words, fine):
    """Without a NUL, which no database keeps."""
    assert MOST_WORDS == 1000
    assert [one.required for one in words_problems(words)] == ([] if fine else ["1000"])


def test_twenty_an_hour():
    """The twentieth back decides; at the full hour after it the next may be written, a second before not."""
    assert MOST_AN_HOUR == 20
    sent = [NOW + number * MINUTE for number in range(20)]
    assert next_message_at(sent[1:], NOW + 30 * MINUTE) is None
    assert next_message_at(sent, NOW + 30 * MINUTE) == NOW + dt.timedelta(hours=1)
    assert next_message_at(sent[::-1], NOW + dt.timedelta(minutes=59, seconds=59)) == NOW + dt.timedelta(
        hours=1
    )
    assert next_message_at(sent, NOW + dt.timedelta(hours=1)) is None
    assert next_message_at([NOW - MINUTE, *sent], NOW + 30 * MINUTE) == NOW + dt.timedelta(hours=1)
