"""Rules room: movable equipment that is lent out for whole days (可外借设备)."""

from __future__ import annotations

from changes.errors import Sentence
from instruments.terms.enums import Nights
from instruments.terms.errors import TERMS
from instruments.terms.rules.asked import Question
from instruments.terms.rules.hours import DAY_MINUTES

PLACE = Question(zh="使用地点", en="Where it is used")
"""What whoever borrows is always asked."""


def lending_problems(step_minutes: int, no_show_minutes: int, nights: str) -> dict[str, list[Sentence]]:
    """Return what in booking rules keeps equipment from being lent out, by field.

    It goes out and comes back at midnight: so it is booked in steps of whole days, nights among them, and whoever
    fetches it has the whole first day for that.
    """
    problems: dict[str, list[Sentence]] = {}
    if step_minutes % DAY_MINUTES:
        problems["step_minutes"] = [TERMS["lent_step"]]
    if no_show_minutes < DAY_MINUTES:
        problems["no_show_minutes"] = [TERMS["lent_no_show"]]
    if nights == Nights.CLOSED:
        problems["nights"] = [TERMS["lent_nights"]]
    return problems
