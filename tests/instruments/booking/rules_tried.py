"""What tests of the booking rules do: hold time, ask for it, and read what a refusal names."""

from __future__ import annotations

import datetime as dt

import pytest

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.errors import RulesBroken, SeriesBroken, SlotTaken
from tests.factories.instruments import BookingFactory
from tests.instruments.moments import at

WISH = (at(3, 9), at(3, 12))  # Thursday 09:00 to 12:00
NIGHT = (at(3, 21), at(4, 0))  # Thursday 21:00 to midnight


def held(instrument, person, *spans: tuple[int, float, float]) -> None:
    """Uses of a person on days of the week."""
    for day, first, last in spans:
        midnight = at(day, 0)
        BookingFactory(
            instrument=instrument,
            person=person,
            start=midnight + dt.timedelta(hours=first),
            end=midnight + dt.timedelta(hours=last),
        )


def broken(act) -> list[str]:
    """The rules that are named by a refusal."""
    with pytest.raises((RulesBroken, SlotTaken, SeriesBroken)) as refused:
        act()
    if isinstance(refused.value, RulesBroken):
        assert all(one.owner and str(one.message) for one in refused.value.problems)
        return [one.rule for one in refused.value.problems]
    return ["slot_taken" if isinstance(refused.value, SlotTaken) else "series"]


def create(instrument, person, wish):
    """By oneself."""
    return lambda: perform(
        person, request_booking, instrument, start=wish[0], end=wish[1], purpose="断口", companion=""
    )
