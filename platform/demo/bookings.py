"""Bookings of the coming four weeks, made and decided by the real actions."""

from __future__ import annotations

import datetime as dt
from random import Random

from django.utils import timezone

from changes import perform
from demo.instruments import DEMO_SEM, DEMO_XRD, InstrumentDraft
from demo.people import People
from demo.plan import Plan
from demo.terms import holidays
from demo.wishes import Diary, purpose, someone, wish
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState
from instruments.terms.models import BookingPolicy
from members.models import Person

WEEKS = 4
# The two instruments that the public contract leaves free are booked in the first days only.
LAST_DAY_OF_DEMO_PAIR = 4
ACCOUNT_BOOKINGS = (("researcher", 7), ("outsider", 5), ("enterprise", 5))


def write_bookings(plan: Plan, drafts: list[InstrumentDraft], people: People) -> int:
    """Make the plan's number of bookings; return how many there are."""
    rng = plan.rng("bookings")
    now = timezone.now()
    diary = _diary()
    policies = {policy.instrument_id: policy for policy in BookingPolicy.objects.all()}
    closed = {
        start + dt.timedelta(days=i)
        for start, end, _ in holidays(plan.today.year, plan.today.year + 1)
        for i in range((end - start).days)
    }
    bookable = [d for d in drafts if d.is_shared and d.row.state == InstrumentState.IN_SERVICE]
    outward = [d for d in bookable if d.row.sharing_mode == "external"]
    first: list[Person] = [people.accounts[short] for short, count in ACCOUNT_BOOKINGS for _ in range(count)]
    made = tries = 0
    while made < plan.size.bookings and tries < plan.size.bookings * 12:
        tries += 1
        known = first[made] if made < len(first) else None
        draft = rng.choice(outward if known else bookable)
        days = min(WEEKS * 7, policies[draft.row.pk].horizon_days - 1)
        if draft.row.code in {DEMO_XRD, DEMO_SEM}:
            days = LAST_DAY_OF_DEMO_PAIR
        day = plan.today + dt.timedelta(days=rng.randrange(1, days + 1))
        drawn = wish(rng, draft, policies[draft.row.pk], day, now=now, closed=closed)
        if drawn is None:
            continue
        station = rng.randrange(1, draft.row.station_count + 1)
        if not diary.is_free(draft.row.pk, station, *drawn):
            continue
        diary.take(draft.row.pk, station, *drawn)
        made += 1
        if made % 40 == 0 and draft.row.code not in {DEMO_XRD, DEMO_SEM}:
            _maintain(draft, drawn, station)
            continue
        person = known or someone(rng, draft, people)
        booking = perform(
            person,
            request_booking,
            draft.row,
            start=drawn[0],
            end=drawn[1],
            purpose=purpose(rng, draft),
            station=station,
        )
        _decide(rng, draft, booking, person)
    return made


def _decide(rng: Random, draft: InstrumentDraft, booking: Booking, person: Person) -> None:
    keeper, draw = draft.keepers[0], rng.random()
    if booking.state == BookingState.REQUESTED and keeper.pk != person.pk:
        if draw < 0.68:
            perform(keeper, approve_booking, booking)
        elif draw < 0.75:
            perform(keeper, decline_booking, booking, reason="样品信息不全，请补充成分与数量后重新申请。")
        elif draw < 0.79:
            perform(person, cancel_booking, booking, reason="样品未制备完成")


def _maintain(draft: InstrumentDraft, drawn: tuple[dt.datetime, dt.datetime], station: int) -> None:
    perform(
        draft.keepers[0],
        book_maintenance,
        draft.row,
        start=drawn[0],
        end=drawn[1],
        reason="季度校准与维护",
        station=station,
    )


def _diary() -> Diary:
    diary = Diary()
    for instrument, station, start, end in Booking.objects.holding().values_list(
        "instrument_id", "station", "start", "end"
    ):
        diary.take(instrument, station, start, end)
    return diary
