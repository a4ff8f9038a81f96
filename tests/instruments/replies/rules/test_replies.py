"""What a reply template may say, and what comes of it."""

from __future__ import annotations

import pytest

from instruments.replies.rules.replies import LONGEST_VALUE, LONGEST_WORDS, filled, strange_placeholders


@pytest.mark.parametrize(
    ("words", "strange"),
    [
        ("请改期。", []),
        ("{person}，{instrument}在{start}已有安排。", []),
        ("{person}{person}", ["{person}"]),
        ("{price} {person} {}", ["{price}", "{}"]),
        ("{person", ["{"]),
        ("person}", ["}"]),
        ("{{person}}", ["{", "}"]),
        ("{Person}", ["{Person}"]),
        ("{person!r} {start.year}", ["{", "}"]),
    ],
)
def test_only_three_placeholders_each_once(words, strange):
    """Whatever else stands in braces is told, each once."""
    assert strange_placeholders(words) == strange


def test_filled_and_never_longer_than_a_reason():
    """Names are cut where they are too long; the longest text with the longest values has 293 characters."""
    values = {"instrument": "X射线衍射仪", "start": "2026-03-04 14:00", "person": "张三"}
    assert filled("{person}，{instrument}在{start}已满", values) == "张三，X射线衍射仪在2026-03-04 14:00已满"
    assert filled("{start}", values | {"start": "x" * 20}) == "x" * 20
    assert filled("{start}", values | {"start": "x" * 21}) == "x" * 19 + "…"
    placeholders = "".join(f"{{{name}}}" for name in LONGEST_VALUE)
    longest = placeholders + "字" * (LONGEST_WORDS - len(placeholders))
    assert len(filled(longest, dict.fromkeys(LONGEST_VALUE, "名" * 500))) == 293
