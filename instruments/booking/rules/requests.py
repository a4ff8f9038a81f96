"""Rules room: what a request says, and how long it holds its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from instruments.booking.enums import TIMED_STATES, BookingState
from instruments.booking.rules.booking_states import legal_verbs
from instruments.terms.errors import BrokenRule, problem

GRACE = dt.timedelta(minutes=30)
"""A booking can be undone that long after it was made, however near its start is."""


def request_expiry(hours: int, start: dt.datetime, asked: dt.datetime) -> dt.datetime:
    """Return until when a request holds its time: the policy's hours after it was asked, never past its own start."""
    return min(asked + dt.timedelta(hours=hours), start)


@dataclass(frozen=True)
class Waiting:
    """How a request waits for its decision: its state, and until when it stands in it."""

    state: BookingState
    until: dt.datetime


def waits(
    hours: int, hold_hours: int | None, start: dt.datetime, asked: dt.datetime, now: dt.datetime
) -> Waiting:
    """Return how a request waits: it holds its time for `hold_hours` (None: all the time), then it competes.

    It has `hours` for the decision; all of it ends with the start at the latest.
    """
    last = request_expiry(hours, start, asked)
    if hold_hours is None:
        return Waiting(BookingState.REQUESTED, last)
    held = request_expiry(min(hold_hours, hours), start, asked)
    return Waiting(BookingState.REQUESTED, held) if held > now else Waiting(BookingState.COMPETING, last)


def remind_at(asked: dt.datetime, expires: dt.datetime) -> dt.datetime:
    """Return when the stewards are reminded of a request that nobody decided: half of its time is gone."""
    return asked + (expires - asked) / 2


def escalate_at(asked: dt.datetime, expires: dt.datetime) -> dt.datetime:
    """Return when the managers of the unit are told of it: a quarter of its time is left."""
    return expires - (expires - asked) / 4


def last_change(start: dt.datetime, cutoff_minutes: int, made: dt.datetime) -> dt.datetime:
    """Return the last moment at which who booked can cancel or move it by themselves.

    The policy's minutes before the start, but always some time after it was made, so that a slip can be undone; never
    after its start.
    """
    return max(start - dt.timedelta(minutes=cutoff_minutes), min(made + GRACE, start))


def is_overdue(state: str, expires_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Tell whether a booking is a request or an offer past its time, swept or not."""
    return state in TIMED_STATES and expires_at is not None and expires_at <= now


def state_at(state: str, expires_at: dt.datetime | None, now: dt.datetime) -> BookingState:
    """Return the state as it counts: a request or offer past its time has expired, swept or not."""
    return BookingState.EXPIRED if is_overdue(state, expires_at, now) else BookingState(state)


def legal_at(state: str, expires_at: dt.datetime | None, now: dt.datetime) -> frozenset[str]:
    """Return the steps that are legal in the state as it counts."""
    return legal_verbs(state_at(state, expires_at, now))


def reason_problems(reason: str, *, least: int = 0) -> list[BrokenRule]:
    """Return the broken rule where a reason has fewer signs than `least`, more than 300, or one that cannot be kept."""
    return [] if least <= len(reason) <= 300 and "\0" not in reason else [problem("reason")]


def wording_problems(purpose: str) -> list[BrokenRule]:
    """Return the broken rule where what the time is wanted for is not said in 1 to 300 characters."""
    return [] if 1 <= len(purpose) <= 300 and "\0" not in purpose else [problem("purpose")]


def companion_problems(companion: str) -> list[BrokenRule]:
    """Return the broken rule where the name of who comes along is longer than 100 characters or cannot be kept."""
    return [] if len(companion) <= 100 and "\0" not in companion else [problem("companion")]


def choice_problems(field: str, chosen: str, offered: Collection[str]) -> list[BrokenRule]:
    """Return the broken rule where what was chosen for a field is none of what is offered."""
    return [] if chosen in offered else [problem(field)]


def station_problems(station: int | None, count: int) -> list[BrokenRule]:
    """Return the broken rule where a wanted station is none of the instrument's."""
    if station is None or 1 <= station <= count:
        return []
    return [problem("no_station", chosen=station, required=count)]
