"""Every rule of the policy, alone and together."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from folding.times import LOCAL
from instruments.booking.rules.visits import shortened_end, usage_interval
from instruments.terms.errors import PROBLEMS, problem
from instruments.terms.rules.booking_policy import BookingTerms, maintenance_problems, policy_problems
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.pricing import price

TERMS = BookingTerms()


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Local time in the week of Monday 2 March 2026; day 0 is that Monday."""
    return dt.datetime(2026, 3, 2, tzinfo=LOCAL) + dt.timedelta(days=day, hours=hour, minutes=minute)


NOW = at(0, 9)
OPEN = [Interval(at(d, 8), at(d, 20)) for d in range(5)]


def rules(start, end, opened=OPEN):
    """The codes of the broken rules."""
    return [p.rule for p in policy_problems(TERMS, start, end, NOW, opened)]


@pytest.mark.parametrize(
    ("start", "end", "broken"),
    [
        (at(2, 9), at(2, 11), []),
        (at(2, 8), at(2, 16), []),  # exactly eight hours, from the minute it opens
        (at(0, 10), at(0, 10, 30), []),  # exactly one hour ahead, exactly the shortest
        (at(2, 11), at(2, 9), ["interval"]),
        (at(2, 11), at(2, 11), ["interval"]),
        (at(2, 9, 30), at(2, 9, 45), ["too_short", "step"]),
        (at(2, 8), at(2, 16, 30), ["too_long"]),
        (at(2, 9, 7), at(2, 10, 7), ["step"]),
        (at(2, 9) + dt.timedelta(microseconds=1), at(2, 10) + dt.timedelta(microseconds=1), ["step"]),
        (at(0, 8, 30), at(0, 9, 30), ["past"]),
        (at(0, 9, 30), at(0, 10, 30), ["notice"]),
        (at(6, 10), at(6, 11), ["closed"]),  # Sunday
        (at(2, 7), at(2, 9), ["opening_hours"]),
        (at(2, 19), at(3, 9), ["too_long", "opening_hours"]),
        (at(-1, 7, 10), at(-1, 23, 20), ["too_long", "step", "past", "closed"]),
    ],
)
def test_all_broken_rules_are_named_at_once(start, end, broken):
    """One table for every rule and for several together."""
    assert rules(start, end) == broken


def test_the_horizon_counts_days_from_now():
    """Exactly 60 days ahead is fine, half an hour more is not."""
    edge = NOW + dt.timedelta(days=60)
    assert rules(edge, edge + dt.timedelta(hours=1), None) == []
    later = edge + dt.timedelta(minutes=30)
    assert rules(later, later + dt.timedelta(hours=1), None) == ["horizon"]


@pytest.mark.parametrize("offset", [8, 0, -8, 23, -23])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_do_not_overflow(year, offset):
    """Year 1 lies in the past, year 9999 beyond the horizon, in every zone."""
    zone = dt.timezone(dt.timedelta(hours=offset))
    start = dt.datetime(year, 12 if year > 1 else 1, 31 if year > 1 else 1, 23, 0, tzinfo=zone)
    end = start.replace(minute=30)
    assert ("past" if year == 1 else "horizon") in rules(start, end, None)
    assert maintenance_problems(start, end, NOW)


def test_the_sentence_names_what_was_chosen_and_what_is_asked():
    """Figures stand in the sentence and in the fields."""
    with override("en"):
        (found,) = policy_problems(TERMS, at(2, 8), at(2, 16, 30), NOW, OPEN)
        assert (found.rule, found.chosen, found.required) == ("too_long", "510", "480")
        assert (
            str(found.message)
            == "The booking is 510 minutes long; on this instrument it takes at most 480 minutes."
        )
        (found,) = policy_problems(TERMS, at(2, 7), at(2, 9), NOW, OPEN)
        assert str(found.message).endswith("it is open 08:00–20:00.")
        for rule in PROBLEMS:
            assert str(problem(rule, chosen="1", required="2").message)


def test_an_instrument_open_over_midnight_shows_that_days_hours():
    """Open Monday 22:00 to Wednesday 02:00: a wish on Wednesday reads 00:00–02:00, one on Tuesday around midnight."""
    night = [Interval(at(0, 22), at(2, 2))]
    (found,) = policy_problems(TERMS, at(2, 3), at(2, 4), NOW, night)
    assert (found.rule, found.required) == ("opening_hours", "00:00–02:00")
    early = [Interval(at(1, 20), at(2, 2))]
    (found,) = policy_problems(TERMS, at(1, 18), at(1, 19), NOW, early)
    assert (found.rule, found.required) == ("opening_hours", "20:00–24:00")
    assert policy_problems(TERMS, at(1, 23), at(2, 1), NOW, night) == []


def test_upkeep_may_have_begun_but_not_ended():
    """Only its own end, a year's length and the calendar bind it."""
    assert maintenance_problems(at(-1, 0), at(5, 0), NOW) == []
    assert [p.rule for p in maintenance_problems(at(-1, 0), NOW, NOW)] == ["past"]
    assert [p.rule for p in maintenance_problems(at(1, 0), at(400, 0), NOW)] == ["too_long"]
    assert [p.rule for p in maintenance_problems(at(1, 0), at(1, 0), NOW)] == ["interval"]


@pytest.mark.parametrize(
    ("rate", "minutes", "yuan"),
    [
        ("120.00", 90, "180.00"),
        ("0.00", 90, "0.00"),
        ("100.00", 20, "33.33"),
        ("100.00", 40, "66.67"),
        ("0.01", 30, "0.01"),  # 0.005 rounds half up
        ("33.33", 30, "16.67"),  # 16.665 rounds half up
        ("99999999.99", 60 * 24 * 62, "148799999985.12"),
    ],
)
def test_a_price_is_rounded_once_half_up(rate, minutes, yuan):
    """Worked by hand."""
    assert price(Decimal(rate), NOW, NOW + dt.timedelta(minutes=minutes)) == Decimal(yuan)


def test_no_negative_price():
    """A programmer's mistake."""
    for rate, end in (("-1", at(1, 0)), ("1", at(-1, 0))):
        with pytest.raises(ValueError, match="negative"):
            price(Decimal(rate), NOW, end)


@pytest.mark.parametrize(
    ("arrived", "left", "taken", "used"),
    [
        (at(2, 9), at(2, 11), [], (at(2, 9), at(2, 11))),
        (at(2, 8, 40), at(2, 11), [], (at(2, 9), at(2, 11))),  # early: from the booked start
        (at(2, 8, 40), at(2, 8, 50), [], (at(2, 8, 40), at(2, 8, 50))),  # gone before it
        (at(2, 9, 20), at(2, 11, 40), [(at(2, 11), at(2, 12))], (at(2, 9, 20), at(2, 11))),
        (at(2, 9), at(2, 11), [(at(2, 8), at(2, 9, 10))], (at(2, 9, 10), at(2, 11))),
        (at(2, 9), at(2, 11), [(at(2, 8), at(2, 12))], None),
        (at(2, 9), at(2, 11), [(at(2, 8), at(2, 9)), (at(2, 11), at(2, 12))], (at(2, 9), at(2, 11))),
    ],
)
def test_a_visit_never_overlaps_what_is_taken(arrived, left, taken, used):
    """Booked from 09:00."""
    found = usage_interval(at(2, 9), arrived, left, [Interval(*t) for t in taken])
    assert (found and (found.start, found.end)) == used


def test_an_early_end_gives_back_whole_steps():
    """Out at 10:10 of 09:00 to 12:00 with steps of 30 minutes: free from 10:30."""
    assert shortened_end(at(2, 9), at(2, 12), at(2, 10, 10), 30) == at(2, 10, 30)
    assert shortened_end(at(2, 9), at(2, 12), at(2, 8, 50), 30) == at(2, 9, 30)
    assert shortened_end(at(2, 9), at(2, 12), at(2, 13), 30) == at(2, 12)


def test_the_first_and_the_last_start():
    """One hour ahead, sixty days at most."""
    now = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
    assert BookingTerms().earliest_start(now) == now + dt.timedelta(hours=1)
    assert BookingTerms().latest_start(now) == now + dt.timedelta(days=60)


@pytest.mark.parametrize(
    ("shortest", "longest", "step", "usual"),
    [(30, 480, 30, 120), (180, 480, 30, 180), (15, 60, 15, 60), (45, 480, 45, 90), (100, 480, 90, 100)],
)
def test_the_usual_length_is_two_hours_or_the_nearest_allowed(shortest, longest, step, usual):
    """On the grid of steps, never under the shortest."""
    terms = BookingTerms(shortest_minutes=shortest, longest_minutes=longest, step_minutes=step)
    assert terms.usual_minutes() == usual
