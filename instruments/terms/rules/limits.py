"""Rules room: what the terms of an instrument may be: its week, its booking rules, its prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise

from changes.errors import Sentence, filled
from instruments.terms.enums import Attachments, Nights, OwnOverlaps
from instruments.terms.errors import TERMS
from instruments.terms.rules.asked import question_problems
from instruments.terms.rules.bookers import ALL_CATEGORIES, bookers_problems
from instruments.terms.rules.booking_policy import BookingTerms
from instruments.terms.rules.hours import DAY_MINUTES
from instruments.terms.rules.lending import lending_problems
from instruments.terms.rules.opening import WeeklyPeriod
from instruments.terms.rules.use_limits import UseLimits
from members.enums import UserCategory

LARGEST_MINUTES = 31 * DAY_MINUTES
MOST_YUAN = Decimal("99999999.99")


@dataclass(frozen=True)
class PolicyData(UseLimits, BookingTerms):
    """The booking rules of an instrument or a unit; lengths in minutes unless the name says otherwise."""

    approval_required: bool = True
    approval_outsiders_only: bool = False
    approval_over_hours: int | None = None
    own_overlap: str = OwnOverlaps.CONFIRM
    cancel_cutoff_minutes: int = 0
    request_expiry_hours: int = 48
    requests_hold_hours: int | None = None
    check_in_early_minutes: int = 30
    no_show_minutes: int = 30
    lent_out: bool = False
    open_to: str = ALL_CATEGORIES
    named_people: str = ""
    attachments: str = Attachments.NO
    questions: str = ""


LIMITS = {
    "shortest_minutes": (5, LARGEST_MINUTES),
    "longest_minutes": (5, LARGEST_MINUTES),
    "step_minutes": (5, DAY_MINUTES),
    "notice_minutes": (0, LARGEST_MINUTES),
    "horizon_days": (1, 730),
    "buffer_before_minutes": (0, DAY_MINUTES),
    "buffer_after_minutes": (0, DAY_MINUTES),
    "own_gap_minutes": (0, LARGEST_MINUTES),
    "cancel_cutoff_minutes": (0, LARGEST_MINUTES),
    "request_expiry_hours": (1, 720),
    "check_in_early_minutes": (0, DAY_MINUTES),
    "no_show_minutes": (0, DAY_MINUTES),
}
LIMITS_IF_ANY = {
    "approval_over_hours": (1, 744),
    "requests_hold_hours": (0, 720),
    "most_open": (1, 1000),
    "person_day_hours": (1, 24),
    "person_week_hours": (1, 168),
    "person_month_hours": (1, 744),
    "group_day_hours": (1, 10_000),
    "group_week_hours": (1, 10_000),
    "group_month_hours": (1, 10_000),
    "night_week_hours": (1, 168),
    "peak_week_hours": (1, 168),
    "peak_longest_minutes": (5, DAY_MINUTES),
}
"""What may be empty, and then does not hold."""
CHOICES = {"nights": Nights.values, "own_overlap": OwnOverlaps.values, "attachments": Attachments.values}


def week_problems(week: Sequence[WeeklyPeriod]) -> list[Sentence]:
    """Return what is wrong with the periods of a week, sorted: each lies within a day, and no two overlap."""
    problems = []
    if any(not (0 <= p.weekday <= 6 and 0 <= p.opens < p.closes <= DAY_MINUTES) for p in week):
        problems.append(TERMS["period"])
    if any(one.weekday == two.weekday and two.opens < one.closes for one, two in pairwise(week)):
        problems.append(TERMS["periods_overlap"])
    return problems


def limit_problems(data: PolicyData) -> dict[str, list[Sentence]]:
    """Return what is wrong with booking rules, by field: outside the limits, or at odds with one another."""
    problems: dict[str, list[Sentence]] = {
        name: [filled(TERMS["limit"], {"low": low, "high": high})]
        for name, (low, high) in [*LIMITS.items(), *LIMITS_IF_ANY.items()]
        if not (name in LIMITS_IF_ANY and getattr(data, name) is None)
        and not low <= getattr(data, name) <= high
    }
    for name, known in CHOICES.items():
        if getattr(data, name) not in known:
            problems[name] = [TERMS["known"]]
    problems |= bookers_problems(data.open_to, data.named_people)
    if data.attachments == Attachments.MUST and not data.approval_required:
        problems["attachments"] = [TERMS["attachments"]]
    if wrong := question_problems(data.questions):
        problems["questions"] = wrong
    for band in ("night", "peak"):
        if getattr(data, f"{band}_begins") == getattr(data, f"{band}_ends"):
            problems[f"{band}_ends"] = [TERMS["hours_of_day"]]
    if data.lent_out:
        problems |= lending_problems(data.step_minutes, data.no_show_minutes, data.nights)
    if not problems:
        if data.shortest_minutes % data.step_minutes or data.longest_minutes % data.step_minutes:
            problems["step_minutes"] = [TERMS["whole_steps"]]
        if data.longest_minutes < data.shortest_minutes:
            problems["longest_minutes"] = [TERMS["longest_is_shorter"]]
    return problems


def checked_rate(
    category: str, yuan_per_hour: Decimal, valid_from: dt.date, today: dt.date
) -> tuple[Decimal, dict[str, list[Sentence]]]:
    """Return a price in yuan to the fen, half up, and what is wrong with it or its day, by field."""
    problems: dict[str, list[Sentence]] = {}
    yuan = Decimal()
    if category not in UserCategory.values:
        problems["category"] = [TERMS["category"]]
    try:
        yuan = yuan_per_hour.quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        problems["yuan_per_hour"] = [TERMS["price"]]
    if not yuan.is_finite() or not 0 <= yuan <= MOST_YUAN:
        problems["yuan_per_hour"] = [TERMS["price"]]
    if valid_from < today:
        problems["valid_from"] = [TERMS["price_day"]]
    return yuan, problems
