"""Views room: broken rules in the reader's words and units, beside what was chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from display.formats import minutes
from instruments.errors import Problem, Span
from instruments.rules.hours import LOCAL

_LENGTHS = frozenset({"too_short", "too_long", "step", "notice"})


def in_words(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems with choice and requirement as lengths of time or days instead of bare numbers."""
    return [_worded(problem) for problem in problems]


def slot_taken(start: dt.datetime, end: dt.datetime, held: Span) -> Problem:
    """Return the problem that somebody holds a part of the wished time, without telling who."""
    return Problem(
        "slot_taken",
        _("The time is taken"),
        _clock(start, end),
        _("outside %(held)s") % {"held": _clock(held.start, held.end)},
    )


def _worded(problem: Problem) -> Problem:
    language = get_language()
    if problem.rule in _LENGTHS:
        chosen = minutes(int(problem.chosen), language)
        return replace(problem, chosen=chosen, required=minutes(int(problem.required), language))
    if problem.rule == "horizon":
        return replace(
            problem,
            chosen=_("in %(days)s days") % {"days": problem.chosen},
            required=_("within %(days)s days") % {"days": problem.required},
        )
    return problem


def _clock(start: dt.datetime, end: dt.datetime) -> str:
    local_start, local_end = start.astimezone(LOCAL), end.astimezone(LOCAL)
    if local_end.date() == local_start.date():
        return f"{local_start:%m-%d %H:%M}–{local_end:%H:%M}"
    return f"{local_start:%m-%d %H:%M}–{local_end:%m-%d %H:%M}"
