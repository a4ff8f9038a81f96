"""Nobody of the invented people comes by himself: they are checked in and out here as their time comes."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from random import Random

from django.db.models import F, QuerySet

from changes import perform
from changes.errors import Refusal
from demo.instruments import DEMO_PAIR
from demo.people import ACCOUNTS
from demo.recent import NO_SHOW_PART
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState

LATEST_MINUTES = 9
STILL_COMES, STILL_LEAVES = dt.timedelta(minutes=15), dt.timedelta(minutes=30)
"""Whoever is later than that is not coming, or has forgotten to check out: something to do for the steward."""
MOST_SAMPLES = 12
MOST_AT_ONCE = 250
"""Visits begun, and as many ended, in one run: the worker has other things to do."""
logger = logging.getLogger(__name__)


def let_them_live(now: dt.datetime) -> tuple[int, int]:
    """Check in who has come and check out who has left by now; return how many of each. Safe to run twice.

    Each is a change of the person's own, by the ordinary actions and their rules. Those who can log in come and go by
    themselves, and the two instruments of the public contract are left to whoever tries them. Two in a hundred miss.
    """
    invented = (
        Booking.objects.filter(kind=BookingKind.USE, start__lte=now)
        .exclude(person__email__in=[f"{short}@demo.example" for short, _name, _unit in ACCOUNTS])
        .exclude(instrument__code__in=DEMO_PAIR)
        .select_related("person", "instrument")
    )
    coming = invented.filter(
        state=BookingState.CONFIRMED,
        start__gt=now - STILL_COMES,
        end__gt=now,
        instrument__state=InstrumentState.IN_SERVICE,
    )
    leaving = invented.filter(
        state=BookingState.IN_USE, end__lte=now, end__gt=now - STILL_LEAVES, checked_in_at__lt=F("end")
    )
    left = _each(leaving, lambda booking: _leave(booking, now))
    return _each(coming, lambda booking: _come(booking, now)), left


def _each(bookings: QuerySet[Booking], step: Callable[[Booking], bool]) -> int:
    done = 0
    for booking in bookings.order_by("start", "pk"):
        try:
            done += step(booking)
        except Refusal as refusal:
            # A closure, a repair, somebody quicker: as with real people, the steward sees to it.
            logger.info("An invented visit was refused: %s %s", booking.pk, refusal)
        if done >= MOST_AT_ONCE:
            break
    return done


def _come(booking: Booking, now: dt.datetime) -> bool:
    chance = _chance(booking)
    if chance.random() < NO_SHOW_PART or now < booking.start + _late(chance):
        return False
    perform(booking.person, check_in, booking)
    return True


def _leave(booking: Booking, now: dt.datetime) -> bool:
    chance = _chance(booking)
    if now < booking.end + _late(chance):
        return False
    perform(booking.person, check_out, booking, at=booking.end, samples=chance.randint(1, MOST_SAMPLES))
    return True


def _chance(booking: Booking) -> Random:
    """The booking's own dice, the same whenever it is asked."""
    return Random(booking.pk.int)  # noqa: S311 - invented people, not secrets


def _late(chance: Random) -> dt.timedelta:
    return dt.timedelta(minutes=chance.randint(0, LATEST_MINUTES))
