"""Actions room: offers free time to those who wait for it, first come first served, and hears what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from changes import Work
from instruments.booking.actions.offers import offer_time, withdraw_offer
from instruments.booking.actions.telling import tell
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.events import (
    OfferEnded,
    OfferLapsed,
    OfferLetGo,
    OfferTaken,
    OfferWithdrawn,
    TimeFreed,
)
from instruments.booking.locks import BOOKABLE, BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.queries.admission import Admission, admission, admissions
from instruments.booking.queries.availability import Availability, availability_ahead, is_open_for_booking
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.events import StateChanged
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.events import TermsChanged
from instruments.terms.queries.policy import policy_of, terms_of
from instruments.terms.rules.intervals import Interval, widened
from instruments.waiting.enums import Answer, WaitState
from instruments.waiting.events import WaitExpired, WaitServed
from instruments.waiting.models import WaitEntry, WaitOffer
from instruments.waiting.queries.lines import in_line, passed
from instruments.waiting.rules.offers import MOST_UNANSWERED, offered_until, wish_of

ENTRIES = WaitEntry.objects.select_related("person__home_unit", "instrument")
LOOKED_AT = 5
"""Free times of an instrument, on days of their own, that are judged by the rules of the person."""


def offer_on(
    work: Work, instrument: int, freed: Interval | None = None, *, but: int | None = None
) -> list[Booking]:
    """Offer what is free on an instrument to those who wait for it, in their order; return the offers made.

    Only somebody who could book it now, by every rule, is asked; `but` is who has just given it back. With `freed` only
    wishes that reach into that time are looked at. Nothing is asked of anybody where nobody waits: one query.
    """
    work = work.by(None)
    keys = in_line(instrument, freed, work.now)
    if not keys:
        return []
    place = lock_instrument(work, instrument, BOOKABLE)
    if not is_open_for_booking(place):
        return []
    # Read under the lock: whoever was offered something elsewhere meanwhile waits no more.
    waiting = work.lock(ENTRIES.filter(state=WaitState.WAITING), keys).values()
    not_wanted = passed(keys, instrument)
    made: list[Booking] = []
    ahead = availability_ahead(place, work.now)
    for entry in sorted(waiting, key=lambda one: (one.joined_at, one.pk)):
        if ahead is None:
            break
        if entry.person_id == but or not entry.person.is_active:
            continue
        booking = _offer(work, place, entry, ahead, not_wanted.get(entry.pk, ()))
        if booking is not None:
            made.append(booking)
            ahead = availability_ahead(place, work.now)
    return made


def offer_freed(work: Work, event: TimeFreed) -> None:
    """Offer time that has come free to those who wait for it, in the very change that freed it."""
    if event.end > work.now:
        apart = terms_of(policy_of(event.instrument)).apart
        freed = widened(Interval(event.start, event.end), apart)
        offer_on(work, event.instrument.pk, freed, but=None if work.actor is None else work.actor.pk)


def let_the_line_go_first(work: Work, instrument: Instrument, wish: Interval) -> None:
    """Offer a time that a lapsed request or offer held before whoever came upon it can have it."""
    offer_on(work, instrument.pk, wish)


def judge_anew(work: Work, event: TermsChanged | StateChanged) -> None:
    """Take back the offers of an instrument that its new state or terms do not allow, and offer what they open."""
    work, place = work.by(None), event.target
    rows = Booking.objects.filter(instrument=place, state=BookingState.OFFERED)
    keys = list(rows.values_list("pk", flat=True))
    if keys:
        instrument = lock_instrument(work, place.pk, BOOKABLE)
        for booking in work.lock(BOOKINGS.filter(state=BookingState.OFFERED), keys).values():
            verdict = admission(
                instrument,
                booking.person,
                *(booking.start, booking.end, work.now),
                companion=bool(booking.companion),
                but=booking.pk,
            )
            if verdict.problems or booking.station > instrument.station_count:
                withdraw_offer(work, booking)
    offer_on(work, place.pk)


def serve(work: Work, event: OfferTaken) -> None:
    """End a wish whose person has taken what was offered."""
    found = _answered(work, event.target, Answer.TAKEN)
    if found is not None:
        end_wish(work, found, WaitState.SERVED, WaitServed)


def hear(work: Work, event: OfferEnded) -> None:
    """Let a wish go on waiting after an offer that was not taken, or end it.

    A slot that was let go or not answered ends its wish, for there is no other; so does the third offer in a row that
    nobody answers. What was withdrawn is nobody's fault.
    """
    booking = event.target
    match event:
        case OfferLetGo():
            entry = _answered(work, booking, Answer.LET_GO)
        case OfferLapsed():
            entry = _answered(work, booking, Answer.LAPSED)
        case _:
            entry = _answered(work, booking, Answer.WITHDRAWN)
    if entry is None:
        return
    work = work.by(None)
    entry.state = WaitState.WAITING
    if isinstance(event, OfferLapsed):
        entry.unanswered += 1
        tell(work, [booking.person], "wait_lapsed", booking)
    elif isinstance(event, OfferLetGo):
        entry.unanswered = 0
    else:
        tell(work, [booking.person], "wait_offer_withdrawn", booking)
    is_over = entry.unanswered >= MOST_UNANSWERED or (entry.is_slot and not isinstance(event, OfferWithdrawn))
    if is_over:
        end_wish(work, entry, WaitState.EXPIRED, WaitExpired)
    else:
        save_wish(entry, "state", "unanswered")


def end_wish(
    work: Work, entry: WaitEntry, state: WaitState, happened: type[WaitServed] | type[WaitExpired]
) -> None:
    """End a locked wish."""
    before = {"state": entry.state}
    entry.state, entry.ended_at = state, work.now
    save_wish(entry, "state", "ended_at", "unanswered")
    work.emit(happened(target=entry, before=before, after=wish_facts(entry)))


def save_wish(entry: WaitEntry, *fields: str) -> None:
    """Write the changed fields of a locked wish and count its version."""
    entry.version += 1
    entry.save(update_fields=[*fields, "version"])


def wish_facts(entry: WaitEntry) -> dict[str, object]:
    """Return what the history keeps of a wish."""
    return {
        "instrument": None if entry.instrument is None else entry.instrument.code,
        "wanted": entry.wanted,
        "area": entry.area,
        "person": entry.person_id,
        "start": entry.start,
        "end": entry.end,
        "minutes": entry.minutes,
        "any_hour": entry.any_hour,
        "state": entry.state,
    }


def _offer(
    work: Work, place: Instrument, entry: WaitEntry, ahead: Availability, not_wanted: Sequence[Interval]
) -> Booking | None:
    wish = wish_of(entry.window, entry.minutes, not_wanted, any_hour=entry.any_hour or entry.is_slot)
    slots = [] if wish is None else ahead.first(place.pk, wish, LOOKED_AT)
    found = _first_allowed(work, place, entry, slots)
    if found is None:
        return None
    slot, verdict = found
    until = offered_until(
        slot.start, terms_of(policy_of(place)).earliest_start(work.now) - work.now, work.now
    )
    if until is None:
        return None
    booking = offer_time(
        work,
        place,
        entry.person,
        Interval(slot.start, slot.end),
        verdict.quote,
        until=until,
        said=entry.said,
    )
    WaitOffer.objects.create(entry=entry, booking=booking, at=work.now)
    entry.state = WaitState.OFFERED
    save_wish(entry, "state")
    tell(work, [entry.person], "wait_offered", booking)
    return booking


def _first_allowed(
    work: Work, place: Instrument, entry: WaitEntry, slots: Sequence[FreeSlot]
) -> tuple[FreeSlot, Admission] | None:
    """Return the first of the free times that the person may book and has nothing else in."""
    if not slots:
        return None
    held = Booking.objects.holding(work.now).filter(person=entry.person, kind=BookingKind.USE)
    times = [(slot.start, slot.end) for slot in slots]
    own = [Interval(*row) for row in held.overlapping(times[0][0], times[-1][1]).values_list("start", "end")]
    judged = admissions(place, entry.person, times, work.now, companion=bool(entry.companion))
    for slot, verdict in zip(slots, judged, strict=True):
        time = Interval(slot.start, slot.end)
        if not verdict.problems and not any(one.overlaps(time) for one in own):
            return slot, verdict
    return None


def _answered(work: Work, booking: Booking, answer: Answer) -> WaitEntry | None:
    """Note what became of an offer that stands; return its wish, locked, or None where it was noted already."""
    offer = WaitOffer.objects.filter(booking=booking, answer=Answer.OPEN).first()
    if offer is None:
        return None
    entry = work.lock_one(ENTRIES, offer.entry_id)
    offer.answer = answer
    offer.save(update_fields=["answer"])
    return entry
