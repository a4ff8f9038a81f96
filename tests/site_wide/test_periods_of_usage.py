"""A usage record belongs to the period in which it starts, and that is written down once."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

THE_ONE_PLACE = "instruments/usage/models.py"
OF_ONE_VISIT = {
    # What shares a moment with a wish on one station is another question.
    "instruments/usage/queries/usage.py",
    "instruments/desk/queries.py",
}


def narrowed_by_hand(path: Path) -> bool:
    """Tell whether a file that reads usage records narrows anything by start or end with words of its own."""
    text = path.read_text("utf-8")
    if "UsageRecord" not in text and "usage_as_of" not in text and "usage_visible_to" not in text:
        return False
    words = {"start__gte", "start__lt", "start__lte", "end__gt", "end__gte", "end__lte"}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg in words:
            return True
        if isinstance(node, ast.Constant) and node.value in words:
            return True
    return False


def test_nobody_narrows_usage_to_a_period_by_hand():
    """API, lists, sums, reports and evaluation all ask `began_in`, so that they count alike."""
    rooms = (
        "instruments/usage",
        "instruments/catalogue",
        "instruments/desk",
        "evaluations",
        "platform/portal",
    )
    found = {
        str(path.relative_to(settings.ROOT))
        for room in rooms
        for path in (settings.ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and narrowed_by_hand(path)
    }
    assert found - OF_ONE_VISIT == {THE_ONE_PLACE}
