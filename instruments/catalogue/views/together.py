"""Views room: booking an instrument that is used only together with others: all of them as one set, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from changes import perform
from instruments.booking.actions.requests import SAID
from instruments.booking.forms.booking import BookingForm
from instruments.booking.queries.availability import next_free
from instruments.booking.rules.free_slots import FreeSlot
from instruments.booking.views.offers import Offer, offers
from instruments.booking.views.refusal import LOOKED_AT, Refusal, refusal
from instruments.bundles.actions.bundles import WantedPart, request_bundle
from instruments.bundles.enums import WhenLost
from instruments.bundles.errors import BundleBroken
from instruments.bundles.models import BookingBundle
from instruments.bundles.queries.together import free_together, judged_together
from instruments.inventory.models import Instrument
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.intervals import Interval
from members.models import Person
from members.permissions import can

OFFERED = 3


def ask_together(all_of_them: Sequence[Instrument], person: Person, form: BookingForm) -> BookingBundle:
    """Ask for the time of a valid form on all of them, as a set that is lost as a whole. Raises as `request_bundle`.

    What the person may not book at all is refused by the rules that say so.
    """
    said, time = form.said(), Interval(*form.interval())
    if not all(can(person, "book_instrument", one) for one in all_of_them):
        shares = judged_together(all_of_them, person, time, timezone.now()).shares
        raise BundleBroken([(place, share.problems) for place, share in enumerate(shares) if share.problems])
    return perform(
        person,
        request_bundle,
        [WantedPart(1, one, time) for one in all_of_them],
        when_lost=WhenLost.ALL,
        said={name: said[name] for name in (*SAID, "answers")},
        form=said["form"],
    )


def refused_together(
    all_of_them: Sequence[Instrument], person: Person, form: BookingForm, error: BundleBroken
) -> tuple[Refusal, int]:
    """Put what stands against a set into words, with the next times at which all can be had, and the status."""
    wish = form.interval()
    problems = [replace(one, of=all_of_them[place].code) for place, reasons in error.parts for one in reasons]
    taken = all(one.rule == "slot_taken" for one in problems)
    found = others_together(all_of_them, person, wish)
    return refusal(all_of_them[0], person, wish, problems, found=found), 409 if taken else 422


def others_together(
    all_of_them: Sequence[Instrument], person: Person, wish: tuple[dt.datetime, dt.datetime]
) -> list[Offer]:
    """Return the next three times of that length, from the wished one on, at which the person can have all of them."""
    now = timezone.now()
    minutes = (wish[1] - wish[0]) // dt.timedelta(minutes=1)
    minutes = terms_of(policy_of(all_of_them[0])).nearest_minutes(minutes)
    found = []
    for slot in free_together(all_of_them, minutes, max(wish[0], now), now, count=LOOKED_AT):
        judged = judged_together(all_of_them, person, Interval(slot.start, slot.end), now, companion=True)
        if not judged.problems:
            found.append(slot)
        if len(found) == OFFERED:
            break
    return offered(all_of_them, person, found)


def next_times(all_of_them: Sequence[Instrument], minutes: int, now: dt.datetime) -> list[FreeSlot]:
    """Return the next times of that length at which all of them are free, each on a day of its own."""
    if len(all_of_them) == 1:
        return next_free(all_of_them[0], minutes, now, one_a_day=True)
    return free_together(all_of_them, minutes, now, now, one_a_day=True)


def offered(
    all_of_them: Sequence[Instrument], person: Person | None, slots: Sequence[FreeSlot]
) -> list[Offer]:
    """Return free times of all of them as links that fill the form of the first, at the price of all of them."""
    lists = [offers(one, person, slots) for one in all_of_them]
    return [replace(together[0], price=_sum(together)) for together in zip(*lists, strict=True)]


def _sum(together: Sequence[Offer]) -> Decimal | None:
    prices = [one.price for one in together if one.price is not None]
    return sum(prices, start=Decimal(0)) if len(prices) == len(together) else None
