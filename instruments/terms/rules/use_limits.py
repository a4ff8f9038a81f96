"""Rules room: how much of an instrument one person or unit may hold, and when approval is needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from instruments.terms.errors import BrokenRule, problem
from instruments.terms.rules.bands import WORKDAYS, daily
from instruments.terms.rules.hours import exact_hours, local_day, local_midnight
from instruments.terms.rules.intervals import Interval, clip, total

_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class UseLimits:
    """How much may be held on one instrument; None is no limit."""

    own_gap_minutes: int = 0
    most_open: int | None = None
    person_day_hours: int | None = None
    person_week_hours: int | None = None
    person_month_hours: int | None = None
    group_day_hours: int | None = None
    group_week_hours: int | None = None
    group_month_hours: int | None = None
    night_begins: dt.time = dt.time(22)
    night_ends: dt.time = dt.time(6)
    night_week_hours: int | None = None
    peak_begins: dt.time = dt.time(9)
    peak_ends: dt.time = dt.time(17)
    peak_longest_minutes: int | None = None
    peak_week_hours: int | None = None

    @property
    def of_group(self) -> bool:
        """Whether what others of the same unit hold counts."""
        return any(
            h is not None for h in (self.group_day_hours, self.group_week_hours, self.group_month_hours)
        )

    @property
    def count_uses(self) -> bool:
        """Whether anything that is held already counts."""
        of_person = (
            self.most_open, self.person_day_hours, self.person_week_hours, self.person_month_hours,
            self.night_week_hours, self.peak_week_hours,
        )  # fmt: skip
        return self.of_group or bool(self.own_gap_minutes) or any(limit is not None for limit in of_person)


@dataclass(frozen=True)
class HeldUse:
    """A use that is held on the instrument by the person, or by another of the same unit; open: it is not over."""

    time: Interval
    is_own: bool
    is_open: bool


def reach(limits: UseLimits, wish: Interval) -> Interval:
    """Return the time in which what is held counts beside a wish: its weeks and months, and the gap around it."""
    first, last = local_day(wish.start), local_day(wish.end)
    start = min(first.replace(day=1), first - dt.timedelta(days=first.weekday()))
    end = max(_next_month(last), last + dt.timedelta(days=7 - last.weekday()))
    gap = limits.own_gap_minutes * _MINUTE
    return Interval(min(local_midnight(start), wish.start - gap), max(local_midnight(end), wish.end + gap))


def use_problems(limits: UseLimits, wish: Interval, held: Sequence[HeldUse]) -> list[BrokenRule]:
    """Return every limit that the wish would break beside what is held, in a fixed order.

    Whatever is held counts with its hours inside the local day, week (from Monday) or month of the wish; where the wish
    lies in several, the fullest is named.
    """
    own = [use.time for use in held if use.is_own]
    problems = []
    gap = limits.own_gap_minutes * _MINUTE
    if gap and any(use.start < wish.end + gap and wish.start < use.end + gap for use in own):
        problems.append(problem("own_gap", required=limits.own_gap_minutes))
    open_now = sum(use.is_own and use.is_open for use in held) + 1
    if limits.most_open is not None and open_now > limits.most_open:
        problems.append(problem("most_open", chosen=open_now, required=limits.most_open))
    everybody = [use.time for use in held]
    for rule, most, uses, period in (
        ("person_day", limits.person_day_hours, own, _days),
        ("person_week", limits.person_week_hours, own, _weeks),
        ("person_month", limits.person_month_hours, own, _months),
        ("group_day", limits.group_day_hours, everybody, _days),
        ("group_week", limits.group_week_hours, everybody, _weeks),
        ("group_month", limits.group_month_hours, everybody, _months),
    ):
        if most is not None:
            problems += _too_much(rule, most, (_within([*uses, wish], one) for one in period(wish)))
    return problems + _banded_problems(limits, wish, own)


def _banded_problems(limits: UseLimits, wish: Interval, own: Sequence[Interval]) -> list[BrokenRule]:
    problems = []
    busy = sum(
        (part.length for part in daily(limits.peak_begins, limits.peak_ends, wish, WORKDAYS)), dt.timedelta()
    )
    if limits.peak_longest_minutes is not None and busy > limits.peak_longest_minutes * _MINUTE:
        problems.append(problem("peak_longest", chosen=busy // _MINUTE, required=limits.peak_longest_minutes))
    for rule, most, band in (
        ("night_week", limits.night_week_hours, (limits.night_begins, limits.night_ends)),
        ("peak_week", limits.peak_week_hours, (limits.peak_begins, limits.peak_ends)),
    ):
        weekdays = WORKDAYS if rule == "peak_week" else range(7)
        if most is None or not daily(*band, wish, weekdays):
            continue
        parts = [daily(*band, use, weekdays) for use in [*own, wish]]
        flat = [part for found in parts for part in found]
        problems += _too_much(rule, most, (_within(flat, week) for week in _weeks(wish)))
    return problems


def approval_asked(
    *, required: bool, outsiders_only: bool, over_hours: int | None, outsider: bool, length: dt.timedelta
) -> bool:
    """Tell whether a booking waits for approval: not where only outsiders or only longer ones do, and it is neither."""
    if not required or (outsiders_only and not outsider):
        return False
    return over_hours is None or length > dt.timedelta(hours=over_hours)


def _within(uses: Iterable[Interval], period: Interval) -> Decimal:
    length = total(clip(uses, period))
    return exact_hours(period.start, period.start + length)


def _too_much(rule: str, most: int, hours: Iterable[Decimal]) -> list[BrokenRule]:
    fullest = max(hours)
    if fullest <= most:
        return []
    shown = f"{fullest.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"
    return [problem(rule, chosen=shown, required=most)]


def _days(wish: Interval) -> Iterator[Interval]:
    day = local_day(wish.start)
    while local_midnight(day) < wish.end:
        yield Interval(local_midnight(day), local_midnight(day + _DAY))
        day += _DAY


def _weeks(wish: Interval) -> Iterator[Interval]:
    day = local_day(wish.start)
    day -= dt.timedelta(days=day.weekday())
    while local_midnight(day) < wish.end:
        yield Interval(local_midnight(day), local_midnight(day + 7 * _DAY))
        day += 7 * _DAY


def _months(wish: Interval) -> Iterator[Interval]:
    day = local_day(wish.start).replace(day=1)
    while local_midnight(day) < wish.end:
        yield Interval(local_midnight(day), local_midnight(_next_month(day)))
        day = _next_month(day)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
