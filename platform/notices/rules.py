"""Rules of mail: who gets it, what waits for the daily one, and when that is due. They know no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Protocol

from folding.times import LOCAL

DAILY_AT = dt.time(8)
NEAR = dt.timedelta(days=1)
"""What begins or ends within a day of the daily mail is told at once: there must be time to do something about it."""


class Reader(Protocol):
    """What a notice needs to know of a person."""

    pk: int
    email: str
    language: str
    mail_wanted: bool
    daily_mail: list[str]
    is_active: bool


def wants_mail(person: Reader) -> bool:
    """Tell whether mail is sent to a person at all."""
    return person.mail_wanted and person.is_active and bool(person.email)


def last_daily(now: dt.datetime) -> dt.datetime:
    """Return when the daily mail was last due: eight in the morning by the local clock, now included."""
    local = now.astimezone(LOCAL)
    today = dt.datetime.combine(local.date(), DAILY_AT, LOCAL)
    return today if today <= local else today - dt.timedelta(days=1)


def next_daily(now: dt.datetime) -> dt.datetime:
    """Return when the daily mail is due next, later than now."""
    return last_daily(now) + dt.timedelta(days=1)


def waits_for_daily(topic: str, chosen: Collection[str], told: Iterable[object], now: dt.datetime) -> bool:
    """Tell whether a notice waits for the daily mail of a person who has chosen it for some topics.

    A notice without a topic never waits, nor one that tells of a moment or day between now and a day after that mail.
    """
    if not topic or topic not in chosen:
        return False
    first, last = now.astimezone(LOCAL), next_daily(now) + NEAR
    return not any(
        first.date() <= value <= last.date()
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime)
        else isinstance(value, dt.datetime) and first <= value < last
        for value in told
    )
