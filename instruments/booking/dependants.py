"""What of bookings rests on an instrument, a unit, a person or a steward, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from changes import Work
from changes.dependants import CANCEL, KEEP, OFFER, Dependant, Reason, Source, register
from display.templatetags.display import named
from instruments.booking.actions.basis import give_back, reseat, take_away, tell_deciders, tell_hit, tell_kept
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.booking.queries.upcoming import upcoming_bookings, upcoming_uses, waiting_requests
from instruments.booking.rules.booking_states import holds_time
from instruments.inventory.bases import Sharing, Stations
from instruments.inventory.custodians import BASES
from instruments.inventory.dependants import HeldTime
from instruments.inventory.locks import lock_instruments
from instruments.inventory.models import Instrument, Stewardship
from instruments.inventory.queries.stewards import CustodyBasis, ending_with, left_unkept
from instruments.inventory.rules.sharing import shared_with
from instruments.inventory.rules.stations import reseated
from instruments.terms.bases import Price
from instruments.terms.queries.rates import category_of, rates_of
from instruments.terms.rules.hours import local_day
from members.bases import Membership, OpenAccount, TakingPart
from members.enums import Affiliation
from members.models import Person
from members.rules.categories import user_category

NOBODY_DECIDES = _("Nobody keeps the instrument any more who could decide on the request.")

KIND, OWN, WAITING, SEATED = "booking", "own_booking", "waiting_request", "seated_booking"
WORDS = {
    KEEP: pgettext_lazy("a booking that is hit", "keep it and tell its person"),
    OFFER: pgettext_lazy("a booking that is hit", "ask its person to move it, with free times"),
    CANCEL: pgettext_lazy("a booking that is hit", "cancel it and tell its person"),
}
OWN_WORDS = {
    KEEP: pgettext_lazy("a booking whose person is hit", "keep it at its price and tell its person"),
    CANCEL: pgettext_lazy("a booking whose person is hit", "cancel it and tell its person"),
}
SEATED_WORDS = {
    KEEP: pgettext_lazy("a booking whose station goes", "keep its time on another station"),
    OFFER: pgettext_lazy("a booking whose station goes", "ask its person to move it, with free times"),
    CANCEL: pgettext_lazy("a booking whose station goes", "cancel it and tell its person"),
}
WAITING_WORDS = {
    KEEP: pgettext_lazy("a request without a steward", "let the managers of the unit decide, and tell them"),
    CANCEL: pgettext_lazy("a request without a steward", "cancel it and tell its person"),
}


def bookings_on(instrument: Instrument, now: dt.datetime) -> Iterable[HeldTime]:
    """Return the bookings, requests and maintenance that hold time from now on; one query."""
    return [_held(booking) for booking in upcoming_bookings(instrument, now).select_related("person")]


def bookings_of_unit(basis: TakingPart, now: dt.datetime) -> Iterable[HeldTime]:
    """Return the uses to come of all instruments of a unit; one query."""
    rows = upcoming_uses(now).filter(instrument__unit=basis.unit)
    return [_held(booking, title=_booking_title(booking)) for booking in rows]


def own_of_account(basis: OpenAccount, now: dt.datetime) -> Iterable[Dependant]:
    """Return the uses to come of a person; one query."""
    return [_own(booking) for booking in upcoming_uses(now).filter(person=basis.person)]


def own_of_member(basis: Membership, now: dt.datetime) -> Iterable[Dependant]:
    """Return the uses to come at a price of members of a unit that the person no longer belongs to; one query."""
    unit, person = basis.unit, basis.person
    found = []
    for booking in upcoming_uses(now).filter(person=person):
        was = user_category(Affiliation.MEMBER_UNIT, unit.pk, booking.instrument.unit_id)
        if booking.category == was != category_of(person, booking.instrument):
            found.append(_own(booking))
    return found


def own_of_unit(basis: TakingPart, now: dt.datetime) -> Iterable[Dependant]:
    """Return the uses to come of a unit's people on instruments of others; one query."""
    rows = upcoming_uses(now).filter(person__home_unit=basis.unit).exclude(instrument__unit=basis.unit)
    return [_own(booking, person=booking.person) for booking in rows]


def own_of_sharing(basis: Sharing, now: dt.datetime) -> Iterable[Dependant]:
    """Return the uses to come of people with whom an instrument is no longer shared; two queries."""
    place = basis.instrument
    rows = Stewardship.objects.on(timezone.localdate(now)).filter(instrument=place)
    stewards = set(rows.values_list("person", flat=True))

    def shared(person: Person, mode: str) -> bool:
        return shared_with(mode, of_unit=person.home_unit_id == place.unit_id, keeps=person.pk in stewards)

    uses = upcoming_uses(now).filter(instrument=place)
    return [
        _own(booking, person=booking.person)
        for booking in uses
        if shared(booking.person, basis.before) and not shared(booking.person, place.sharing_mode)
    ]


def own_of_price(basis: Price, now: dt.datetime) -> Iterable[Dependant]:
    """Return the uses to come from a day on whose category has no price then; two queries."""
    first = min((day for day, _yuan in rates_of(basis.instrument, basis.category)), default=dt.date.max)
    uses = upcoming_uses(now).filter(instrument=basis.instrument, category=basis.category)
    return [
        _own(booking, person=booking.person)
        for booking in uses
        if basis.day <= local_day(booking.start) < first
    ]


def seated_on(basis: Stations, now: dt.datetime) -> Iterable[Dependant]:
    """Return what lies on stations that go, uses and maintenance; what can lie on another one may; one query."""
    held = list(upcoming_bookings(basis.instrument, now).select_related("instrument", "person"))
    places = reseated([(row.pk, row.station, row.start, row.end) for row in held], basis.count)
    found = []
    for booking in held:
        if booking.station > basis.count and holds_time(booking.state):
            choices: tuple[str, ...] = (KEEP,) if booking.pk in places else ()
            if booking.state != BookingState.IN_USE:
                choices += (OFFER, CANCEL) if booking.kind == BookingKind.USE else (CANCEL,)
            if choices:
                line = _line(booking, SEATED, person=booking.person)
                found.append(replace(line, key=f"{SEATED}-{booking.pk}", choices=choices))
    return found


def left_waiting(basis: CustodyBasis, now: dt.datetime) -> Iterable[Dependant]:
    """Return the requests on instruments that nobody is steward of any more; three queries.

    Not the steward's own: of them it is asked as of own bookings.
    """
    day = timezone.localdate(now)
    ending = list(ending_with(basis, day))
    unkept = left_unkept(ending, day)
    if not unkept:
        return []
    rows = waiting_requests(unkept, now).exclude(person=ending[0].person_id)
    return [_line(booking, WAITING, person=booking.person) for booking in rows]


def settle_bookings(work: Work, keys: Sequence[str], choice: str, reason: Reason) -> None:
    """Cancel bookings, offer their people other times, or tell them; each reads why in their own language."""
    for booking in _locked(work, keys):
        if choice == CANCEL:
            take_away(work, booking, reason)
        else:
            tell_hit(work, booking, reason, offer=choice == OFFER)


def settle_own(work: Work, keys: Sequence[str], choice: str, reason: Reason) -> None:
    """Give the time of bookings back, or let them stay at their price; their people read why."""
    for booking in _locked(work, keys):
        if choice == CANCEL:
            give_back(work, booking, reason)
        else:
            tell_kept(work, booking, reason)


def settle_waiting(work: Work, keys: Sequence[str], choice: str, _reason: Reason) -> None:
    """Cancel requests that nobody is there to decide, or tell those who decide now."""
    for booking in _locked(work, keys):
        if choice == CANCEL:
            give_back(work, booking, NOBODY_DECIDES)
        else:
            tell_deciders(work, booking)


def settle_seated(work: Work, keys: Sequence[str], choice: str, reason: Reason) -> None:
    """Put bookings onto stations that stay, or do with them as with any that cannot be used as booked."""
    pks = [key.removeprefix(f"{SEATED}-") for key in keys]
    if choice != KEEP:
        settle_bookings(work, pks, choice, reason)
        return
    for booking in _locked(work, pks):
        reseat(work, booking)


def register_dependants() -> None:
    """Say what of bookings rests on what."""
    register(KIND, settle_bookings, {Instrument: bookings_on, TakingPart: bookings_of_unit}, WORDS)
    sources: dict[type, Source] = {
        OpenAccount: own_of_account,
        Membership: own_of_member,
        TakingPart: own_of_unit,
        Sharing: own_of_sharing,
        Price: own_of_price,
    }
    register(OWN, settle_own, sources, OWN_WORDS)
    register(SEATED, settle_seated, {Stations: seated_on}, SEATED_WORDS)
    register(WAITING, settle_waiting, dict.fromkeys(BASES, left_waiting), WAITING_WORDS)


def _locked(work: Work, keys: Sequence[str]) -> Iterable[Booking]:
    """Lock the instruments, then the bookings, and read them afresh; one that was given back meanwhile is left out."""
    pks = [UUID(key) for key in keys]
    places = Booking.objects.filter(pk__in=pks).order_by().values_list("instrument", flat=True)
    lock_instruments(work, set(places))
    return work.lock(BOOKINGS.standing(work.now), pks).values()


def _booking_title(booking: Booking) -> str:
    return f"{booking.instrument.code} {named(booking.instrument)}"


def _own(booking: Booking, person: Person | None = None) -> Dependant:
    return _line(booking, OWN, person)


def _line(booking: Booking, kind: str, person: Person | None) -> Dependant:
    return Dependant(
        kind=kind,
        key=str(booking.pk),
        title=_booking_title(booking),
        state=booking.state,
        person=person,
        start=booking.start,
        end=booking.end,
        choices=(KEEP, CANCEL),
    )


def _held(booking: Booking, title: str = "") -> HeldTime:
    return HeldTime(
        kind=KIND,
        key=str(booking.pk),
        title=title,
        state=booking.state,
        person=booking.person,
        start=booking.start,
        end=booking.end,
        station=booking.station,
        is_use=booking.kind == BookingKind.USE,
    )
