"""Actions room: people join wait lists, change what they wait for, and withdraw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from changes import Work, unchanged
from instruments.booking.actions.offers import let_offer_go
from instruments.booking.actions.requests import SAID, said_problems
from instruments.booking.errors import RulesBroken
from instruments.booking.locks import BOOKABLE, lock_booking
from instruments.booking.queries.admission import admission, alone_problems, closed_to
from instruments.booking.queries.availability import availability_ahead
from instruments.booking.queries.holding import taken_problems
from instruments.booking.rules.wishes import wished_length
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.policy import owner_of, policy_of, terms_of
from instruments.terms.rules.hours import is_convertible
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.owners import owned
from instruments.waiting.actions.offering import ENTRIES, save_wish, wish_facts
from instruments.waiting.enums import OPEN, Answer, WaitState
from instruments.waiting.errors import (
    MOST_OPEN,
    MOST_PLACES,
    AlreadyWaiting,
    NothingServes,
    TimeIsFree,
    TooManyWishes,
    WrongWaitState,
)
from instruments.waiting.events import WaitChanged, WaitJoined, WaitWithdrawn
from instruments.waiting.models import LONGEST_MINUTES, LONGEST_WINDOW, WaitEntry, WaitOffer
from instruments.waiting.rules.offers import last_start, wish_of
from members.locks import lock_person
from members.permissions import raise_not_allowed, require

_MAY_PASS = frozenset({"instrument_state", "slot_taken", "buffer"})
"""What stands against a time now and may not later: whoever waits for it waits for that."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is waited for: so many minutes in [start, end), by day or at any hour, and what is `said` of the use."""

    start: dt.datetime
    end: dt.datetime
    minutes: int
    any_hour: bool = False
    said: Mapping[str, str]

    @property
    def companion(self) -> str:
        """Who comes along at night."""
        return self.said["companion"]


@dataclass(frozen=True)
class Kind:
    """Which instruments will do: a code for the kind and the area, and both in words."""

    code: str
    area: str
    name_zh: str
    name_en: str


def wait_for_time(work: Work, instrument: Instrument, wanted: Wanted) -> WaitEntry:
    """Wait for time on one instrument: for this very time where it is as long as the window, else for any in it.

    Raises NotAllowed; RulesBroken with what will still stand against it when it is free; TimeIsFree; AlreadyWaiting;
    TooManyWishes; ValueError for naive times.
    """
    place = lock_instrument(work, instrument.pk, BOOKABLE)
    require(work.actor, "book_instrument", place)
    wanted = _begun(work, wanted)
    problems = owned(_problems(work, wanted), owner_of(policy_of(place)))
    if not problems:
        problems = _standing_against(work, place, wanted)
    if problems:
        raise RulesBroken(problems)
    _refuse_free(work, place, wanted)
    return _join(work, wanted, [place.pk], instrument=place)


def wait_for_kind(work: Work, kind: Kind, places: Sequence[Instrument], wanted: Wanted) -> WaitEntry:
    """Wait for time on any of some instruments; those that the person may not book are left out.

    Raises NothingServes where none is left, or there are far too many; RulesBroken, AlreadyWaiting, TooManyWishes;
    ValueError for naive times.
    """
    wanted = _begun(work, wanted)
    if problems := _problems(work, wanted):
        raise RulesBroken(problems)
    keys = [place.pk for place in places if _may_serve(work, place, wanted)]
    if not 1 <= len(keys) <= MOST_PLACES:
        raise NothingServes
    return _join(work, wanted, keys, kind=kind)


def change_wish(work: Work, entry: WaitEntry, wanted: Wanted, *, seen: int | None = None) -> WaitEntry:
    """Change what is waited for; other times or another length mean the end of the line.

    Of a slot only what it is for can be changed. Raises NotAllowed, StaleVersion, WrongWaitState, RulesBroken,
    AlreadyWaiting; ValueError for naive times.
    """
    lock_person(work, entry.person_id)
    entry = work.lock_one(ENTRIES, entry.pk)
    require(work.actor, "handle_wait", entry)
    unchanged(entry, seen)
    if entry.state != WaitState.WAITING:
        raise WrongWaitState
    before, was = wish_facts(entry), (entry.start, entry.end, entry.minutes, entry.any_hour)
    now_wanted = was if entry.is_slot else (wanted.start, wanted.end, wanted.minutes, wanted.any_hour)
    if problems := _problems(work, wanted):
        raise RulesBroken(problems)
    entry.start, entry.end, entry.minutes, entry.any_hour = now_wanted
    entry.last_start = last_start(entry.window, entry.minutes)
    entry.said = _stripped(wanted.said)
    if now_wanted != was:
        entry.joined_at = work.now
        _refuse_same(entry)
    fields = ("start", "end", "minutes", "any_hour", "last_start", "said", "joined_at")
    save_wish(entry, *fields)
    work.emit(WaitChanged(target=entry, before=before, after=wish_facts(entry)))
    return entry


def withdraw_wish(work: Work, entry: WaitEntry, *, seen: int | None = None) -> WaitEntry:
    """Wait no more; a time that is being offered is let go. Raises NotAllowed, StaleVersion, WrongWaitState."""
    offer = WaitOffer.objects.filter(entry=entry, answer=Answer.OPEN).select_related("booking").first()
    booking = None if offer is None else lock_booking(work, offer.booking)
    entry = work.lock_one(ENTRIES, entry.pk)
    require(work.actor, "handle_wait", entry)
    unchanged(entry, seen)
    # An offer that came or went between the two looks is another state than the person saw.
    if entry.state not in OPEN or (entry.state == WaitState.OFFERED) != (booking is not None):
        raise WrongWaitState
    before = wish_facts(entry)
    entry.state, entry.ended_at = WaitState.WITHDRAWN, work.now
    save_wish(entry, "state", "ended_at")
    work.emit(WaitWithdrawn(target=entry, before=before, after=wish_facts(entry)))
    if offer is not None and booking is not None:
        offer.answer = Answer.LET_GO
        offer.save(update_fields=["answer"])
        let_offer_go(work, booking)
    return entry


def _begun(work: Work, wanted: Wanted) -> Wanted:
    if wanted.start.tzinfo is None or wanted.end.tzinfo is None:
        raise ValueError("Times must carry their offset.")
    is_one = wanted.end - wanted.start == dt.timedelta(minutes=wanted.minutes)
    # A window that has begun begins now; a slot is what it is.
    start = wanted.start if is_one or wanted.start > work.now else work.now
    return Wanted(
        start=start.astimezone(dt.UTC) if is_convertible(start) else start,
        end=wanted.end.astimezone(dt.UTC) if is_convertible(wanted.end) else wanted.end,
        minutes=wanted.minutes,
        any_hour=wanted.any_hour,
        said=_stripped(wanted.said),
    )


def _stripped(said: Mapping[str, str]) -> dict[str, str]:
    return {name: said[name].strip() for name in SAID}


def _problems(work: Work, wanted: Wanted) -> list[BrokenRule]:
    """Return what no instrument could make good: words, and a window that holds no such time or ends too late."""
    problems = said_problems(_stripped(wanted.said))
    fits = (
        1 <= wanted.minutes <= LONGEST_MINUTES
        and is_convertible(wanted.start)
        and is_convertible(wanted.end)
        and wanted.end - wanted.start >= dt.timedelta(minutes=wanted.minutes)
    )
    if not fits:
        return [*problems, problem("interval")]
    if wanted.end - dt.timedelta(minutes=wanted.minutes) <= work.now:
        problems.append(problem("past"))
    if wanted.end > work.now + LONGEST_WINDOW:
        problems.append(problem("horizon", chosen=(wanted.end - work.now).days, required=LONGEST_WINDOW.days))
    return problems


def _standing_against(work: Work, place: Instrument, wanted: Wanted) -> list[BrokenRule]:
    """Return what stands against it whenever it comes free: all rules for a slot, length and person for a wish."""
    if _is_slot(wanted):
        verdict = admission(
            place,
            work.actor,
            *(wanted.start, wanted.end, work.now),
            companion=bool(wanted.companion),
        )
        return [one for one in verdict.problems if one.rule not in _MAY_PASS]
    terms, owner = terms_of(policy_of(place)), owner_of(policy_of(place))
    problems = [one for one in closed_to(place, work.actor, work.now) if one.rule not in _MAY_PASS]
    problems += alone_problems(place)
    if wished_length(terms, wanted.minutes) is None:
        problems.append(problem("too_long", chosen=wanted.minutes, required=terms.longest_minutes))
    return owned(problems, owner)


def _refuse_free(work: Work, place: Instrument, wanted: Wanted) -> None:
    """Raise TimeIsFree where the person could book it now."""
    ahead = availability_ahead(place, work.now)
    if ahead is None:
        return
    window = Interval(wanted.start, wanted.end)
    wish = wish_of(window, wanted.minutes, [], any_hour=wanted.any_hour or _is_slot(wanted))
    slots = [] if wish is None else ahead.first(place.pk, wish)
    for slot in slots:
        verdict = admission(
            place,
            work.actor,
            *(slot.start, slot.end, work.now),
            companion=bool(wanted.companion),
        )
        if not verdict.problems and not taken_problems(place, slot.start, slot.end):
            raise TimeIsFree


def _may_serve(work: Work, place: Instrument, wanted: Wanted) -> bool:
    barred = [one for one in closed_to(place, work.actor, work.now) if one.rule not in _MAY_PASS]
    barred += alone_problems(place)
    return not barred and wished_length(terms_of(policy_of(place)), wanted.minutes) is not None


def _is_slot(wanted: Wanted) -> bool:
    return wanted.end - wanted.start == dt.timedelta(minutes=wanted.minutes)


def _join(
    work: Work,
    wanted: Wanted,
    places: Sequence[int],
    *,
    instrument: Instrument | None = None,
    kind: Kind | None = None,
) -> WaitEntry:
    person = lock_person(work, work.actor.pk)
    if not person.is_active:
        raise_not_allowed(
            work.actor, "book_instrument", instrument, app="instruments", reason="account_closed"
        )
    entry = WaitEntry(
        person=person,
        instrument=instrument,
        wanted="" if kind is None else kind.code,
        area="" if kind is None else kind.area,
        name_zh="" if kind is None else kind.name_zh,
        name_en="" if kind is None else kind.name_en,
        start=wanted.start,
        end=wanted.end,
        minutes=wanted.minutes,
        last_start=last_start(Interval(wanted.start, wanted.end), wanted.minutes),
        any_hour=wanted.any_hour,
        said=dict(wanted.said),
        joined_at=work.now,
    )
    _refuse_same(entry)
    if WaitEntry.objects.filter(person=person, state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyWishes
    entry.save(force_insert=True)
    entry.places.add(*places)
    work.emit(WaitJoined(target=entry, after=wish_facts(entry)))
    return entry


def _refuse_same(entry: WaitEntry) -> None:
    same = ("person", "instrument", "wanted", "area", "start", "end", "minutes")
    rows = WaitEntry.objects.filter(state__in=OPEN, **{name: getattr(entry, name) for name in same})
    if rows.exclude(pk=entry.pk).exists():
        raise AlreadyWaiting
