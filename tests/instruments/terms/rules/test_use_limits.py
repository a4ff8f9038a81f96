"""How much may be held, worked by hand; Monday is 2 March 2026."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from instruments.terms.enums import RuleOwner
from instruments.terms.errors import PROBLEMS, problem
from instruments.terms.rules.bands import WORKDAYS, daily
from instruments.terms.rules.booking_policy import BookingTerms, policy_problems
from instruments.terms.rules.intervals import Interval, widened
from instruments.terms.rules.owners import OF_POLICY, WAIVABLE, owned
from instruments.terms.rules.use_limits import HeldUse, UseLimits, approval_asked, reach, use_problems
from tests.instruments.moments import NOW, at


def span(day: int, first: float, last: float) -> Interval:
    """Hours of a day of that week; fractions are minutes."""
    return Interval(at(day, 0) + dt.timedelta(hours=first), at(day, 0) + dt.timedelta(hours=last))


def own(day: int, first: float, last: float, *, is_open: bool = True) -> HeldUse:
    """A use of the person."""
    return HeldUse(span(day, first, last), is_own=True, is_open=is_open)


def others(day: int, first: float, last: float) -> HeldUse:
    """A use of somebody of the same unit."""
    return HeldUse(span(day, first, last), is_own=False, is_open=True)


def told(limits: UseLimits, wish: Interval, *held: HeldUse) -> list[tuple[str, str, str]]:
    """Rule, choice and requirement of everything broken."""
    return [(one.rule, one.chosen, one.required) for one in use_problems(limits, wish, held)]


@pytest.mark.parametrize(
    ("limits", "wish", "held", "broken"),
    [
        # 3 h on Wednesday are there; one more makes the four allowed, one and a half too much.
        (UseLimits(person_day_hours=4), span(2, 15, 16), [own(2, 9, 12)], []),
        (UseLimits(person_day_hours=4), span(2, 15, 16.5), [own(2, 9, 12)], [("person_day", "4.5", "4")]),
        # Another day, and another person of the unit, do not count for the person's day.
        (UseLimits(person_day_hours=4), span(2, 15, 17), [own(1, 9, 12), others(2, 9, 12)], []),
        # Over midnight each day counts its own part: 2 h and 3 h.
        (UseLimits(person_day_hours=3), span(2, 22, 27), [], []),
        (UseLimits(person_day_hours=2), span(2, 22, 27), [], [("person_day", "3", "2")]),
        # The week begins on Monday: Sunday the 1st is another one.
        (UseLimits(person_week_hours=6), span(0, 9, 12), [own(-1, 9, 17), own(6, 9, 12)], []),
        (UseLimits(person_week_hours=6), span(0, 9, 12.5), [own(6, 9, 12)], [("person_week", "6.5", "6")]),
        # March: 28 February (day -2) is another month.
        (UseLimits(person_month_hours=10), span(29, 9, 12), [own(0, 9, 16), own(-2, 0, 20)], []),
        (UseLimits(person_month_hours=10), span(29, 9, 13), [own(0, 9, 16)], [("person_month", "11", "10")]),
        # The unit's hours add up over people and stations.
        (UseLimits(group_day_hours=5), span(2, 9, 11), [others(2, 9, 11), own(2, 12, 13)], []),
        (
            UseLimits(group_day_hours=5, group_week_hours=6, group_month_hours=8),
            span(2, 9, 12),
            [others(2, 9, 11), own(2, 12, 13), others(3, 9, 10), others(20, 9, 11)],
            [("group_day", "6", "5"), ("group_week", "7", "6"), ("group_month", "9", "8")],
        ),
        # Open bookings: two are there, one is over; the wish is the third.
        (UseLimits(most_open=3), span(9, 9, 10), [own(2, 9, 10), own(3, 9, 10)], []),
        (UseLimits(most_open=2), span(9, 9, 10), [own(2, 9, 10), own(3, 9, 10)], [("most_open", "3", "2")]),
        (UseLimits(most_open=2), span(9, 9, 10), [own(2, 9, 10), own(0, 7, 8, is_open=False)], []),
        # One's own bookings an hour apart: exactly an hour is enough, on both sides.
        (UseLimits(own_gap_minutes=60), span(2, 12, 13), [own(2, 10, 11), own(2, 14, 15), others(2, 11, 12)], []),
        (UseLimits(own_gap_minutes=60), span(2, 12, 13), [own(2, 10, 11.5)], [("own_gap", "", "60")]),
        (UseLimits(own_gap_minutes=60), span(2, 12, 13), [own(2, 13.5, 14)], [("own_gap", "", "60")]),
        # At night (22:00-06:00): 21:00-23:00 is one hour, 04:00-07:00 two.
        (UseLimits(night_week_hours=3), span(2, 21, 23), [own(3, 4, 7)], []),
        (UseLimits(night_week_hours=2), span(2, 21, 23), [own(3, 4, 7)], [("night_week", "3", "2")]),
        (UseLimits(night_week_hours=1), span(2, 9, 12), [own(3, 1, 6)], []),
        # Busy hours 09:00-17:00, Monday to Friday: Saturday counts nothing.
        (UseLimits(peak_week_hours=4), span(4, 16, 18), [own(2, 8, 12)], []),
        (UseLimits(peak_week_hours=4), span(4, 15, 18), [own(2, 8, 12)], [("peak_week", "5", "4")]),
        (UseLimits(peak_week_hours=1), span(5, 9, 17), [], []),
        (UseLimits(peak_longest_minutes=120), span(2, 15, 20), [], []),
        (UseLimits(peak_longest_minutes=90), span(2, 15, 20), [], [("peak_longest", "120", "90")]),
    ],
)  # fmt: skip
def test_limits(limits, wish, held, broken):
    """Both edges of every one."""
    assert told(limits, wish, *held) == broken


def test_without_limits_nothing_is_read_and_nothing_broken():
    """What counts nothing asks for no query."""
    assert not UseLimits().count_uses
    assert not UseLimits(peak_longest_minutes=60).count_uses
    assert UseLimits(own_gap_minutes=5).count_uses
    assert (UseLimits(group_day_hours=1).of_group, UseLimits(person_day_hours=1).of_group) == (True, False)
    assert told(UseLimits(), span(2, 0, 24), own(2, 0, 24)) == []


def test_reach_covers_weeks_months_and_the_gap():
    """Wednesday 4 March: from Sunday 1 March (its month) to 1 April; at the month's end from its Monday."""
    assert reach(UseLimits(), span(2, 9, 10)) == Interval(at(-1, 0), at(30, 0))
    assert reach(UseLimits(), span(31, 9, 10)) == Interval(at(28, 0), at(60, 0))
    wide = reach(UseLimits(own_gap_minutes=60 * 24 * 10), span(2, 9, 10))
    assert wide == Interval(at(-8, 9), at(30, 0))


def test_daily_bands():
    """Over midnight where they end earlier; only on their weekdays; cut to the window."""
    night = (dt.time(22), dt.time(6))
    assert daily(*night, span(2, 0, 24)) == [span(2, 0, 6), span(2, 22, 24)]
    assert daily(*night, span(2, 6, 22)) == []
    assert daily(dt.time(9), dt.time(17), span(4, 0, 72), WORKDAYS) == [span(4, 9, 17)]
    assert daily(dt.time(9, 30), dt.time(10), span(6, 9.75, 24)) == [span(6, 9.75, 10)]


@pytest.mark.parametrize(
    ("required", "outsiders_only", "over", "outsider", "hours", "asked"),
    [
        (False, False, None, True, 9, False),
        (True, False, None, False, 1, True),
        (True, True, None, False, 9, False),
        (True, True, None, True, 1, True),
        (True, False, 4, False, 4, False),
        (True, False, 4, False, 4.5, True),
        (True, True, 4, True, 4, False),
        (True, True, 4, True, 5, True),
        (True, True, 4, False, 5, False),
    ],
)
def test_approval(required, outsiders_only, over, outsider, hours, asked):
    """Never, always, for outsiders, over so many hours, or both."""
    found = approval_asked(
        required=required,
        outsiders_only=outsiders_only,
        over_hours=over,
        outsider=outsider,
        length=dt.timedelta(hours=hours),
    )
    assert found is asked


@pytest.mark.parametrize(
    ("nights", "companion", "wish", "broken"),
    [
        ("allowed", False, span(2, 20, 24), []),
        ("closed", True, span(2, 20, 22), []),
        ("closed", True, span(2, 20, 22.5), ["night"]),
        ("two", False, span(2, 20, 24), ["night_alone"]),
        ("two", True, span(2, 20, 24), []),
        ("two", False, span(2, 6, 14), []),
    ],
)
def test_nights(nights, companion, wish, broken):
    """A night begins at 22:00 and ends at 06:00."""
    terms = BookingTerms(nights=nights)
    found = policy_problems(terms, wish.start, wish.end, NOW, [span(2, 0, 24)], companion=companion)
    assert [(one.rule, one.required) for one in found] == [(rule, "22:00–06:00") for rule in broken]


def test_open_time_without_nights():
    """What is closed at night is not open then; otherwise nothing is cut."""
    opened = [span(2, 0, 12), span(2, 20, 24)]
    assert BookingTerms(nights="closed").without_nights(opened) == [span(2, 6, 12), span(2, 20, 22)]
    assert BookingTerms(nights="two").without_nights(opened) is opened
    assert BookingTerms(nights="closed").without_nights([]) == []


def test_time_between_bookings():
    """What stays free after one and before the next adds up."""
    terms = BookingTerms(buffer_before_minutes=10, buffer_after_minutes=20)
    assert terms.apart == dt.timedelta(minutes=30)
    assert widened(span(2, 9, 10), terms.apart) == span(2, 8.5, 10.5)
    assert widened(span(2, 9, 10), dt.timedelta()) == span(2, 9, 10)


def test_owners():
    """Every rule of a policy belongs to who made the policy; what no exception is made from says so."""
    rules = ["too_long", "closed", "past", "step"]
    found = owned([problem(rule) for rule in rules], str(RuleOwner.UNIT))
    assert [(one.owner, one.may_waive) for one in found] == [
        ("unit", True),
        ("instrument", True),
        ("network", False),
        ("unit", False),
    ]
    assert PROBLEMS.keys() >= OF_POLICY | WAIVABLE


def test_each_limit_alone_is_told_by_its_own_rule():
    """A wish of 30 hours breaks each limit of one hour."""
    names = [
        f"{who}_{period}_hours" for who, period in product(("person", "group"), ("day", "week", "month"))
    ]
    for name in [*names, "night_week_hours", "peak_week_hours"]:
        rules = [one.rule for one in use_problems(UseLimits(**{name: 1}), span(2, 9, 39), [])]
        assert rules == [name.removesuffix("_hours")]
