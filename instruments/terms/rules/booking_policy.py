"""Rules room: what the policy of an instrument says about one wished booking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from folding.times import LOCAL
from instruments.terms.enums import Nights
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.rules.bands import daily
from instruments.terms.rules.hours import is_convertible, since_local_midnight
from instruments.terms.rules.intervals import Interval, subtract

_MINUTE = dt.timedelta(minutes=1)
USUAL_MINUTES = 120


@dataclass(frozen=True)
class BookingTerms:
    """The policy of one instrument; minutes unless the name says otherwise."""

    shortest_minutes: int = 30
    longest_minutes: int = 480
    step_minutes: int = 30
    notice_minutes: int = 60
    horizon_days: int = 60
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    nights: str = Nights.ALLOWED
    night_begins: dt.time = dt.time(22)
    night_ends: dt.time = dt.time(6)

    @property
    def apart(self) -> dt.timedelta:
        """The time between two bookings of one station: what stays free after one and before the next."""
        return dt.timedelta(minutes=self.buffer_before_minutes + self.buffer_after_minutes)

    def nights_in(self, window: Interval) -> list[Interval]:
        """Return the nights inside a window."""
        return daily(self.night_begins, self.night_ends, window)

    def without_nights(self, opened: Sequence[Interval]) -> Sequence[Interval]:
        """Return the open time in which it may be booked: without the nights, where it takes none then."""
        if self.nights != Nights.CLOSED or not opened:
            return opened
        return subtract(opened, self.nights_in(Interval(opened[0].start, opened[-1].end)))

    def earliest_start(self, now: dt.datetime) -> dt.datetime:
        """Return the first moment at which a booking made now may begin."""
        return now + dt.timedelta(minutes=self.notice_minutes)

    def latest_start(self, now: dt.datetime) -> dt.datetime:
        """Return the last moment at which a booking made now may begin."""
        return now + dt.timedelta(days=self.horizon_days)

    def usual_minutes(self) -> int:
        """Return the length that is shown where none is wanted: two hours, or the nearest one that may be booked."""
        return self.nearest_minutes(USUAL_MINUTES)

    def nearest_minutes(self, minutes: int) -> int:
        """Return the length nearest to the wished one that may be booked: within the bounds, in the steps."""
        within = min(max(minutes, self.shortest_minutes), self.longest_minutes)
        return max(within - within % self.step_minutes, self.shortest_minutes)


def policy_problems(
    terms: BookingTerms,
    start: dt.datetime,
    end: dt.datetime,
    now: dt.datetime,
    open_intervals: Sequence[Interval] | None,
    *,
    companion: bool = False,
) -> list[BrokenRule]:
    """Return every broken rule at once, in a fixed order; an empty list means the wish is fine.

    `open_intervals` must cover the local days of the wish; None leaves the opening hours and the nights unjudged (a
    wish centuries away). `companion`: somebody comes along. An interval that does not end after it starts breaks the
    one rule `interval`. No moment makes it overflow.
    """
    if end <= start:
        return [problem("interval")]
    length = end - start
    minutes = length // _MINUTE
    problems: list[BrokenRule] = []
    if length < terms.shortest_minutes * _MINUTE:
        problems.append(problem("too_short", chosen=minutes, required=terms.shortest_minutes))
    if length > terms.longest_minutes * _MINUTE:
        problems.append(problem("too_long", chosen=minutes, required=terms.longest_minutes))
    step = terms.step_minutes * _MINUTE
    if since_local_midnight(start) % step or length % step:
        problems.append(problem("step", chosen=minutes, required=terms.step_minutes))
    if start < now:
        problems.append(problem("past"))
    elif start - now < terms.notice_minutes * _MINUTE:
        problems.append(problem("notice", chosen=(start - now) // _MINUTE, required=terms.notice_minutes))
    if start - now > dt.timedelta(days=terms.horizon_days):
        problems.append(problem("horizon", chosen=(start - now).days, required=terms.horizon_days))
    if open_intervals is not None:
        problems += _opening_problems(Interval(start, end), open_intervals)
        problems += _night_problems(terms, Interval(start, end), companion=companion)
    return problems


def _night_problems(terms: BookingTerms, wish: Interval, *, companion: bool) -> list[BrokenRule]:
    if terms.nights == Nights.ALLOWED or (terms.nights == Nights.TWO and companion):
        return []
    if not terms.nights_in(wish):
        return []
    span = f"{terms.night_begins:%H:%M}–{terms.night_ends:%H:%M}"
    return [problem("night" if terms.nights == Nights.CLOSED else "night_alone", required=span)]


def _opening_problems(wish: Interval, opened: Sequence[Interval]) -> list[BrokenRule]:
    if any(interval.contains(wish) for interval in opened):
        return []
    day = wish.start.astimezone(LOCAL).date()
    that_day = [
        i for i in opened if i.start.astimezone(LOCAL).date() <= day <= i.end.astimezone(LOCAL).date()
    ]
    shown = [f"{_clock(i.start, day)}–{_clock(i.end, day)}" for i in that_day if _touches(i, day)]
    return [problem("opening_hours", required=", ".join(shown)) if shown else problem("closed")]


def _touches(interval: Interval, day: dt.date) -> bool:
    midnight = dt.datetime.combine(day, dt.time(), LOCAL)
    return interval.start < midnight + dt.timedelta(days=1) and interval.end > midnight


def _clock(moment: dt.datetime, day: dt.date) -> str:
    local = moment.astimezone(LOCAL)
    if local.date() < day:
        return "00:00"
    return "24:00" if local.date() > day else f"{local:%H:%M}"


LONGEST_MAINTENANCE_DAYS = 366


def maintenance_problems(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> list[BrokenRule]:
    """Return every rule that upkeep of [start, end) breaks: it ends after it starts and after now, within a year."""
    if end <= start:
        return [problem("interval")]
    problems = []
    if end <= now:
        problems.append(problem("past"))
    longest = dt.timedelta(days=LONGEST_MAINTENANCE_DAYS)
    if end - start > longest:
        problems.append(problem("too_long", chosen=(end - start) // _MINUTE, required=longest // _MINUTE))
    if not (is_convertible(start) and is_convertible(end)):
        problems.append(problem("horizon", chosen=(start - now).days, required=LONGEST_MAINTENANCE_DAYS))
    return problems
