"""A text with two meanings carries a context, so that each meaning gets its own word."""

from __future__ import annotations

from collections import defaultdict

import pytest
from babel.messages.pofile import read_po

from tests.site_wide.sentences import framework_words, uses
from tests.site_wide.test_translations_complete import CATALOGUE

AMBIGUOUS = frozenset(
    [
        "book",
        "booked",
        "counts",
        "decided",
        "end",
        "excellent",
        "fail",
        "field",
        "fields",
        "for",
        "free",
        "from",
        "full",
        "general",
        "good",
        "left",
        "lost",
        "money",
        "next",
        "none",
        "open",
        "opening",
        "order",
        "over",
        "pages",
        "pass",
        "people",
        "person",
        "points",
        "previous",
        "rate",
        "rates",
        "read",
        "record",
        "report",
        "request",
        "requested",
        "revoked",
        "rules",
        "score",
        "scores",
        "sharing",
        "special",
        "start",
        "state",
        "station",
        "system",
        "table",
        "taken",
        "to",
        "use",
        "user",
        "view",
    ]
)
"""English words that mean several things here: `score` is a total, a part of it, an expert's mark and an act."""
THEIRS = frozenset({"General", "System", "View"})
"""Of these, what the admin's theme looks up without context; our own texts of the same word have one."""
ONE_SENSE = frozenset({"Search", "Role", "Today", "Reports"})
"""Words that are the same in both languages on a button and above a column."""


@pytest.fixture(scope="module")
def entries() -> dict[str, dict[str | None, object]]:
    """The catalogue: msgid -> context -> translation."""
    found: dict[str, dict[str | None, object]] = defaultdict(dict)
    with CATALOGUE.open("rb") as source:
        for message in read_po(source, locale="zh_Hans_CN"):
            if message.id:
                msgid = message.id if isinstance(message.id, str) else message.id[0]
                found[msgid][message.context] = message.string
    return found


def test_no_text_stands_both_with_and_without_a_context(entries):
    """Without it the bare one silently takes a meaning that fits only one of its places."""
    both = {msgid for msgid, by_context in entries.items() if None in by_context and len(by_context) > 1}
    assert both - framework_words() == set()
    assert both <= THEIRS


def test_our_own_texts_do_not_borrow_a_word_of_the_theme():
    """The theme's “General” is a section of a form; an instrument for general use is another thing."""
    assert {use.text for use in uses()} & THEIRS == set()


def test_ambiguous_words_carry_a_context(entries):
    """A word of the list never stands alone in the catalogue."""
    bare = {msgid for msgid, by_context in entries.items() if None in by_context}
    assert {msgid for msgid in bare if msgid.lower() in AMBIGUOUS} <= THEIRS
    assert {msgid.lower() for msgid in entries} >= AMBIGUOUS - {"request"}  # the list names what is used


def test_one_text_plays_one_part():
    """A word on a button and above a column, a verb of the history and a moment, are two texts with two contexts."""
    parts: dict[str, set[str]] = defaultdict(set)
    for use in uses():
        parts[use.text].add(use.part)
    several = {
        text: sorted(played)
        for text, played in parts.items()
        if _disagree(played, is_word=" " not in text) and text not in ONE_SENSE
    }
    assert several == {}


def _disagree(played: set[str], *, is_word: bool) -> bool:
    if "moment" in played and played & {"verb", "button", "heading"}:
        return True
    if "verb" in played and played != {"verb"}:
        return True
    return is_word and "button" in played and bool(played & {"heading", "label", "column", "choice"})


def test_the_parts_are_told_apart():
    """The table of uses sees what it must: a moment, a verb, a button, a heading, a choice and a column."""
    found = {(use.text, use.part) for use in uses()}
    assert found >= {
        ("created", "moment"),
        ("booking approved", "verb"),
        ("Approve", "button"),
        ("Instrument", "heading"),
        ("Draft", "choice"),
        ("Unit code", "column"),
    }
