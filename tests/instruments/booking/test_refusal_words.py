"""A time that cannot be had, in the reader's words: what was chosen, what is required, what can be had instead."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import translation

from instruments.booking.actions.slots import alternatives
from instruments.booking.views.refusal import in_words, others, refusal, slot_taken
from instruments.inventory.enums import InstrumentState
from instruments.terms.errors import problem
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

EVER = dt.datetime.max.replace(tzinfo=dt.UTC)
WISH = (at(1, 10), at(1, 12))


@pytest.fixture(autouse=True)
def _english():
    """Exact sentences are compared."""
    with translation.override("en"):
        yield


def sides(rule, *, wish=WISH, **said):
    """What was chosen and what is required, as they stand in the table."""
    (told,) = in_words([problem(rule, **said)], wish)
    return str(told.chosen), str(told.required)


@pytest.mark.parametrize(
    ("rule", "said", "wish", "chosen", "required"),
    [
        ("too_short", {"chosen": 30, "required": 90}, WISH, "30 min", "at least 1.5 h"),
        ("too_long", {"chosen": 600, "required": 480}, WISH, "10 h", "at most 8 h"),
        ("step", {"chosen": 45, "required": 30}, WISH, "10:00–12:00", "in steps of 30 min"),
        ("notice", {"chosen": 30, "required": 2880}, WISH, "starts in 30 min", "at least 2 days ahead"),
        ("horizon", {"chosen": 70, "required": 60}, WISH, "in 70 days", "within 60 days"),
        ("past", {}, WISH, "Tue 3 Mar 10:00", "a time that has not begun"),
        ("closed", {}, WISH, "Tue 3 Mar", "a day on which it is open"),
        ("interval", {}, (at(1, 10), at(2, 0)), "10:00–24:00", "an end later than the start"),
        (
            "unchanged",
            {},
            (at(1, 22), at(2, 2)),
            "Tue 3 Mar 22:00 – Wed 4 Mar 02:00",
            "another time than now",
        ),
        ("cancel_cutoff", {"required": "08:00"}, WISH, "Mon 2 Mar 09:00", "until 08:00"),
        ("started", {}, None, "Mon 2 Mar 09:00", "before it begins"),
        (
            "no_rate",
            {"chosen": "enterprise"},
            WISH,
            "Enterprise",
            "a price for this category",
        ),
        ("no_station", {"chosen": 3, "required": 2}, WISH, "3", "1 to 2"),
        ("too_short", {"chosen": 30, "required": 60}, None, "30 min", "at least 1 h"),
    ],
)
def test_both_sides_of_a_rule(rule, said, wish, chosen, required):
    """In the units of the reader."""
    assert sides(rule, wish=wish, **said) == (chosen, required)


@pytest.mark.parametrize("rule", ["interval", "past"])
def test_a_time_no_clock_can_show_is_a_dash(rule):
    """The last moment of the calendar lies beyond it in our zone."""
    assert sides(rule, wish=(EVER, EVER))[0] == "–"


def test_who_holds_a_time_is_told_to_nobody_but_themselves(member):
    """The same span is somebody's to others, and one's own to its holder."""
    held = SimpleNamespace(start=at(1, 11), end=at(1, 13), person_id=member.pk)
    (told,) = in_words([problem("slot_taken", held=held)], WISH)
    assert (str(told.message), str(told.name), told.chosen, told.required) == (
        "11:00–13:00 is taken.",
        "Time taken",
        "10:00–12:00",
        "end by 11:00 or start from 13:00",
    )
    mine = slot_taken(*WISH, held, member)
    assert (str(mine.message), str(mine.name)) == (
        "You have booked 11:00–13:00 yourself.",
        "Your own booking",
    )


def test_what_is_held_on_other_days_is_told_with_its_days():
    """A wish of one day needs them where the other time goes beyond it."""
    held = SimpleNamespace(start=at(0, 20), end=at(1, 11))
    assert slot_taken(*WISH, held).required == "end by Mon 2 Mar 20:00 or start from 11:00"


def test_no_other_time_helps_where_none_would(xrd, member):
    """Whoever may not book it at all is offered nothing."""
    told = refusal(xrd, member, WISH, [problem("sharing_mode"), problem("past")])
    assert (told.barred, told.fix, told.alternatives) == (True, "", [])
    assert told.title == "Tue 3 Mar 10:00–12:00 cannot be booked: 2 rules are not met"


def test_another_time_is_proposed_where_one_would(xrd, member):
    """The next of the same length that the person can pay for."""
    told = refusal(xrd, member, (at(0, 7), at(0, 9)), [problem("past")])
    assert (told.barred, told.fix) == (False, "Choose Mon 2 Mar 10:00–12:00: that meets every rule.")
    assert [(offer.start, offer.end, offer.price) for offer in told.alternatives][0] == (
        at(0, 10),
        at(0, 12),
        240,
    )
    assert len(told.alternatives) == 3


def test_nothing_is_proposed_by_an_instrument_that_is_down(xrd, member):
    """The problems are told all the same, and it is not said that no time would do."""
    xrd.state = InstrumentState.UNDER_REPAIR
    told = refusal(xrd, member, (at(0, 7), at(0, 9)), [problem("past")])
    assert (told.barred, told.fix, told.alternatives) == (False, "", [])
    assert told.title == "Mon 2 Mar 07:00–09:00 cannot be booked: 1 rule is not met"


def test_a_wish_beyond_the_calendar_is_answered_from_now_on(xrd, member):
    """It has no length that could be offered; the shortest booking is."""
    told = refusal(xrd, member, (EVER, EVER), [problem("horizon", chosen=9, required=60)])
    assert told.title == "This time cannot be booked: 1 rule is not met"
    assert (told.alternatives[0].start, told.alternatives[0].end) == (at(0, 10), at(0, 10, 30))
    assert others(xrd, member, (at(1, 12), at(1, 10)))[0].start == at(0, 10)
    assert alternatives(xrd, EVER, EVER) == []
