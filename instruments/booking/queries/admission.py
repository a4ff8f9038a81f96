"""Queries room: whether a person may have a time on an instrument, with every reason against it and its price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from display.templatetags.display import named
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import own_elsewhere
from instruments.booking.queries.uses import held_uses
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument, Stewardship
from instruments.inventory.rules.sharing import shared_with
from instruments.terms.enums import OwnOverlaps
from instruments.terms.errors import BrokenRule, problem
from instruments.terms.queries.links import goes_with, linked_with
from instruments.terms.queries.opening import holiday_that_closes, opening_of
from instruments.terms.queries.policy import limits_of, owner_of, policy_of, terms_of
from instruments.terms.queries.rates import Quote, category_of, quotes
from instruments.terms.rules.bookers import barred_to
from instruments.terms.rules.booking_policy import policy_problems
from instruments.terms.rules.hours import is_convertible, local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.owners import owned
from instruments.terms.rules.use_limits import HeldUse, UseLimits, reach, use_problems
from instruments.terms.wording import listed
from members.enums import UnitState
from members.models import Person

_ALWAYS_JUDGED = dt.timedelta(days=62)


@dataclass(frozen=True)
class Admission:
    """Every broken rule (none: the wish is fine, if the slot is free) and the price."""

    problems: list[BrokenRule]
    quote: Quote


def admission(
    instrument: Instrument,
    person: Person,
    start: dt.datetime,
    end: dt.datetime,
    now: dt.datetime,
    *,
    companion: bool = False,
    but: UUID | None = None,
    beside: Collection[int] = (),
) -> Admission:
    """Judge a wished use of [start, end) by all rules but the freedom of the slot; at most six queries.

    `companion`: somebody comes along; `but` is the booking that is moved, whose own time does not count; `beside`
    are the instruments that are booked or moved with it for the same time: an instrument that goes with others is had
    beside those alone. Never raises for extreme moments: what lies centuries away breaks the horizon.
    """
    wishes = [(start, end)]
    return admissions(instrument, person, wishes, now, companion=companion, but=but, beside=beside)[0]


def admissions(
    instrument: Instrument,
    person: Person,
    wishes: Sequence[tuple[dt.datetime, dt.datetime]],
    now: dt.datetime,
    *,
    companion: bool = False,
    but: UUID | None = None,
    beside: Collection[int] = (),
    together: bool = False,
) -> list[Admission]:
    """Judge several wished uses as `admission` does, in as many queries as one.

    Each by itself, or `together`: then those that are fine count for the limits of the later ones.
    """
    policy = policy_of(instrument)
    terms, owner = terms_of(policy), owner_of(policy)
    # What is longer than the policy allows is refused anyway, so nobody makes us walk through centuries.
    longest = max(_ALWAYS_JUDGED, dt.timedelta(minutes=terms.longest_minutes))
    judged = {wish for wish in wishes if _is_judged(*wish, longest)}
    opened: list[Interval] = []
    if judged:
        first = local_midnight(local_day(min(start for start, _end in judged)))
        last = local_midnight(local_day(max(end for _start, end in judged)) + dt.timedelta(days=1))
        opened = opening_of(instrument, Interval(first, last))
    priced = quotes(instrument, person, wishes)
    shut = {at: closed_to(instrument, person, at) for at in _moments(instrument, wishes)}
    always = next(iter(shut.values()))
    alone = alone_problems(instrument, beside)
    mates = linked_with(instrument).intersection(beside)
    held = _held(instrument, person, judged, now, but=but, beside=mates)
    found = []
    for wish, offer in zip(wishes, priced, strict=True):
        if wish[1] <= wish[0]:
            found.append(Admission(owned([problem("interval")], owner), Quote("", None, None)))
            continue
        problems = policy_problems(terms, *wish, now, opened if wish in judged else None, companion=companion)
        if any(one.rule == "closed" for one in problems):
            problems = _named_holiday(instrument, wish[0], problems)
        if wish in judged:
            problems += held.problems(Interval(*wish))
        problems += shut.get(wish[0], always) + alone
        if offer.yuan_per_hour is None and wish in judged:
            problems.append(problem("no_rate", chosen=offer.category))
        if together and not problems:
            held.uses.append(HeldUse(Interval(*wish), is_own=True, is_open=True))
        found.append(Admission(owned(problems, owner), offer))
    return found


def _named_holiday(
    instrument: Instrument, start: dt.datetime, problems: list[BrokenRule]
) -> list[BrokenRule]:
    """Say of a closed day that it is a public holiday, where that is why."""
    holiday = holiday_that_closes(instrument, local_day(start))
    if holiday is None:
        return problems
    said = problem("holiday", required=named(holiday))
    return [said if one.rule == "closed" else one for one in problems]


@dataclass(frozen=True)
class _Held:
    """What the person holds already: here, as far as it is limited, and elsewhere, where that is refused."""

    limits: UseLimits
    uses: list[HeldUse]
    elsewhere: list[Booking]

    def problems(self, wish: Interval) -> list[BrokenRule]:
        found = use_problems(self.limits, wish, self.uses)
        for row in self.elsewhere:
            if Interval(row.start, row.end).overlaps(wish):
                return [*found, problem("own_elsewhere", required=row.instrument.code)]
        return found


def _held(
    instrument: Instrument,
    person: Person,
    wishes: Collection[tuple[dt.datetime, dt.datetime]],
    now: dt.datetime,
    *,
    but: UUID | None,
    beside: Collection[int],
) -> _Held:
    """Read what counts beside the wishes; one query where anything is limited, one where other bookings bar."""
    policy = policy_of(instrument)
    limits, uses, elsewhere = limits_of(policy), list[HeldUse](), list[Booking]()
    if wishes:
        first, last = min(start for start, _end in wishes), max(end for _start, end in wishes)
        if limits.count_uses:
            window = reach(limits, Interval(first, last))
            uses = held_uses(instrument, person, limits, window, now, but=but)
        if policy.own_overlap == OwnOverlaps.REFUSE:
            elsewhere = [
                row
                for row in own_elsewhere(person, instrument, first, last)
                if row.pk != but and row.instrument_id not in beside
            ]
    return _Held(limits, uses, elsewhere)


def _is_judged(start: dt.datetime, end: dt.datetime, longest: dt.timedelta) -> bool:
    return start < end and is_convertible(start) and is_convertible(end) and end - start <= longest


def _moments(instrument: Instrument, wishes: Sequence[tuple[dt.datetime, dt.datetime]]) -> list[dt.datetime]:
    """The moments at which it can be shut to somebody in different ways: only custody has dates."""
    starts = [start for start, _end in wishes]
    return starts if instrument.sharing_mode == SharingMode.NOT_SHARED else starts[:1]


def closed_to(instrument: Instrument, person: Person | None, moment: dt.datetime) -> list[BrokenRule]:
    """Return what stands against a booking at whatever time: state, unit, and whether it is shared with the person.

    None is a visitor, who may turn out to be anybody: only state and unit count. Who may book does not bind the
    stewards. At most one query.
    """
    problems = []
    if instrument.state != InstrumentState.IN_SERVICE:
        label = InstrumentState(instrument.state).label
        problems.append(problem("instrument_state", chosen=label))
    if instrument.unit.state != UnitState.ACTIVE:
        problems.append(problem("unit_state"))
    if person is None:
        return problems
    mode = instrument.sharing_mode
    of_unit = person.home_unit_id == instrument.unit_id
    keeps = mode == SharingMode.NOT_SHARED and _is_steward(instrument, person, moment)
    if not shared_with(mode, of_unit=of_unit, keeps=keeps):
        problems.append(problem("sharing_mode" if mode == SharingMode.INTERNAL else "not_shared"))
    barred = barred_for(instrument, person)
    if barred and not (keeps or _is_steward(instrument, person, moment)):
        problems += barred
    return problems


def alone_problems(instrument: Instrument, beside: Collection[int] = ()) -> list[BrokenRule]:
    """Return what stands against using an instrument without those it goes with; no query where it goes with none."""
    missing = [one for one in goes_with(instrument) if one.pk not in beside]
    return [problem("goes_with", required=listed(missing))] if missing else []


def barred_for(instrument: Instrument, person: Person) -> list[BrokenRule]:
    """Return what keeps a person from booking by who may: user categories and named people; no query."""
    policy = policy_of(instrument)
    category = category_of(person, instrument)
    return owned(barred_to(policy.open_to, policy.named_people, category, person.email), owner_of(policy))


def _is_steward(instrument: Instrument, person: Person, moment: dt.datetime) -> bool:
    if not is_convertible(moment):
        return False
    rows = Stewardship.objects.on(local_day(moment))
    return rows.filter(instrument=instrument, person=person).exists()
