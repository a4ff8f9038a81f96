"""Actions room: books several instruments as one, and gives back what is left of a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from changes import Work
from instruments.booking.actions.basis import give_back
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.enums import WAITING_STATES
from instruments.booking.errors import RulesBroken, SentTwice, SlotTaken
from instruments.booking.events import BookingCancelled, BookingDeclined, BookingEvent, BookingExpired
from instruments.booking.locks import lock_bookings
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import own_between
from instruments.booking.rules.requests import legal_at
from instruments.bundles.enums import WhenLost
from instruments.bundles.errors import BundleBroken, NothingLeft
from instruments.bundles.events import BundleGivenBack, BundleMade
from instruments.bundles.models import BookingBundle, BundlePart
from instruments.bundles.queries.bundles import needing, parts_of
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.rules.intervals import Interval
from members.locks import lock_person
from members.permissions import require
from notices.wording import both_names

MOST_PARTS = 12


@dataclass(frozen=True)
class WantedPart:
    """One instrument at its time, as one step of a set."""

    step: int
    instrument: Instrument
    time: Interval


def request_bundle(
    work: Work,
    parts: Sequence[WantedPart],
    *,
    when_lost: str,
    said: Mapping[str, Any],
    form: str = "",
) -> BookingBundle:
    """Book every part for oneself, or none: each is confirmed or waits for its own unit. Tells the person once.

    `said` goes to `request_booking` for each part.
    Raises BundleBroken with what stands against each part that cannot be had, SentTwice where the form of that number
    made a set, NotAllowed; ValueError for no part or more than MOST_PARTS, or an unknown `when_lost`.
    """
    if not 1 <= len(parts) <= MOST_PARTS:
        raise ValueError("A set has 1 to 12 parts.")
    lock_instruments(work, {part.instrument.pk for part in parts})
    for part in parts:
        require(work.actor, "book_instrument", part.instrument)
    person = lock_person(work, work.actor.pk)
    made = BookingBundle.objects.filter(person=person, asked_with=form).first() if form else None
    if made is not None:
        raise SentTwice(made.pk)
    before = [_in_the_way(work, part) for part in parts]
    bundle = BookingBundle.objects.create(
        person=person, when_lost=WhenLost(when_lost), created_at=work.now, asked_with=form
    )
    bookings: list[Booking] = []
    refused: list[tuple[int, Sequence[BrokenRule]]] = []
    for place, part in enumerate(parts):
        try:
            if before[place]:
                raise RulesBroken(before[place])
            booking = request_booking(
                work,
                part.instrument,
                start=part.time.start,
                end=part.time.end,
                parted=True,
                beside=[one.instrument.pk for one in parts if one is not part and one.time == part.time],
                **said,
            )
        except SlotTaken as error:
            refused.append((place, [problem("slot_taken", held=held) for held in error.conflicts]))
        except RulesBroken as error:
            refused.append((place, error.problems))
        else:
            BundlePart.objects.create(bundle=bundle, booking=booking, step=part.step)
            bookings.append(booking)
    if refused:
        raise BundleBroken(refused)
    work.emit(
        BundleMade(
            target=bundle,
            after={
                "when_lost": bundle.when_lost,
                "bookings": [booking.pk for booking in bookings],
            },
        )
    )
    _tell(work, bundle, bookings)
    return bundle


def cancel_bundle(work: Work, bundle: BookingBundle, *, reason: str = "") -> list[Booking]:
    """Give back every part of one's set that can still be given back; return them. Each unit is told of its own.

    Raises NotAllowed, NothingLeft, RulesBroken for a reason longer than 300 characters.
    """
    require(work.actor, "cancel_bundle", bundle)
    rows = lock_bookings(work, [part.booking for part in parts_of(bundle)])
    done: list[Booking] = []
    broken: RulesBroken | None = None
    for row in rows:
        if "cancel" not in legal_at(row.state, row.expires_at, work.now):
            continue
        try:
            done.append(cancel_booking(work, row, reason=reason))
        except RulesBroken as error:  # its last moment is over, or the reason is too long
            broken = error
    if not done:
        raise broken or NothingLeft
    work.emit(BundleGivenBack(target=bundle, after={"bookings": [row.pk for row in done], "reason": reason}))
    return done


def lose_part(work: Work, event: BookingEvent) -> None:
    """Give back what its person wanted given back where a part of a set does not come about.

    What the person gives back is an own decision, which leaves the other parts alone. What is not used without it goes
    either way.
    """
    own = work.actor is not None and work.actor.pk == event.target.person_id
    if own and not event.target.instrument.is_linked:
        return
    lost = BundlePart.objects.select_related("bundle").filter(booking=event.target.pk).first()
    if lost is None:
        return
    others = needing(event.target) if event.target.instrument.is_linked else []
    reason = _("it is used only together with something that was given back")
    if not own and lost.bundle.when_lost != WhenLost.KEEP:
        reason = _("another part of the set of bookings did not come about")
        others += [
            part.booking
            for part in parts_of(lost.bundle)
            if part.pk != lost.pk and (lost.bundle.when_lost == WhenLost.ALL or part.step > lost.step)
        ]
    if not others:
        return
    done = []
    for row in lock_bookings(work, others):
        if "cancel" in legal_at(row.state, row.expires_at, work.now):
            give_back(work.by(None), row, reason)
            done.append(row.pk)
    if done:
        work.by(None).emit(
            BundleGivenBack(target=lost.bundle, after={"bookings": done, "lost": event.target.pk})
        )


LOSSES = (BookingDeclined, BookingExpired, BookingCancelled)
"""How a part of a set is lost before its use."""


def _in_the_way(work: Work, part: WantedPart) -> list[BrokenRule]:
    """Return what the person holds at that time already, parts of this set not among it."""
    mine = own_between(work.actor, part.time.start, part.time.end)
    return [problem("own_elsewhere", required=row.instrument.code) for row in mine]


def _tell(work: Work, bundle: BookingBundle, bookings: Sequence[Booking]) -> None:
    first = min(bookings, key=lambda row: row.start)
    last = max(bookings, key=lambda row: row.end)
    waiting = sum(row.state in WAITING_STATES for row in bookings)
    work.tell(
        [bundle.person],
        "bundle_requested" if waiting else "bundle_confirmed",
        {
            "instrument": both_names(first.instrument),
            "start": first.start,
            "end": last.end,
            "count": len(bookings),
            "waiting": waiting,
            "price": sum((row.price for row in bookings), start=Decimal(0)),
        },
        link=f"/bundles/{bundle.pk}/",
    )
