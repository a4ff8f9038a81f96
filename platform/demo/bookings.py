"""What the real actions do on the day of the seeding: requests, decisions, a repair, upkeep and a closure."""

from __future__ import annotations

from django.db.models import Q

from changes import Work, perform
from changes.dependants import ALL, OFFER
from demo.people import People
from demo.plan import Plan
from demo.seating import CANCELLED, DECLINED, OWN, back_on
from demo.weeks import RECENT_DAYS, Slot, Weeks
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.enums import WAITING_STATES, BookingState
from instruments.booking.models import Booking
from instruments.inventory.actions.instruments import change_state
from instruments.inventory.enums import InstrumentState
from instruments.terms.actions.terms import add_exception
from members.models import Person

APPROVED_PART = 0.75
DECLINED_WORDS = ("样品信息不全，请补充成分与数量后重新申请。", "当天有年度核查，请改约后两天。")


def write_bookings(plan: Plan, weeks: Weeks, people: People) -> None:
    """Ask for what is marked, decide some of it, and let the demo steward's instruments have their day."""
    everybody = {person.pk: person for person in people.rows}
    perform(people.accounts["admin"], _note, weeks)
    for slot in weeks.slots:
        if slot.live and slot.user is not None:
            _ask(plan, weeks, slot, everybody[slot.user.pk])
    _stand_out(weeks, people.accounts["steward"])


def _note(work: Work, weeks: Weeks) -> None:
    """Say in the history where today's bookings on the steward's instruments came from."""
    rows = Booking.objects.filter(
        Q(state=BookingState.IN_USE) | Q(state=BookingState.COMPLETED),
        instrument__in=[draft.row.pk for draft in weeks.kept],
        end__gt=weeks.moment(RECENT_DAYS * 1440),
    )
    for booking in rows.order_by("start", "pk"):
        work.record("demo.booking.written", booking, after={"state": booking.state})


def _ask(plan: Plan, weeks: Weeks, slot: Slot, person: Person) -> None:
    rng, draft = plan.rng("decisions"), slot.draft
    booking = perform(
        person,
        request_booking,
        draft.row,
        start=weeks.moment(slot.start),
        end=weeks.moment(slot.end),
        purpose=rng.choice(draft.template.purposes),
        station=slot.station,
    )
    if booking.state not in WAITING_STATES:
        return
    if slot.live == OWN and rng.random() < APPROVED_PART:
        perform(draft.keepers[0], approve_booking, booking)
    elif slot.live == DECLINED:
        perform(draft.keepers[0], decline_booking, booking, reason=rng.choice(DECLINED_WORDS))
    elif slot.live == CANCELLED:
        perform(person, cancel_booking, booking, reason="样品未制备完成")


def _stand_out(weeks: Weeks, steward: Person) -> None:
    """One instrument breaks down with people booked on it, one is maintained, one is closed for a day."""
    if weeks.repair is None:
        return
    draft, start, end = weeks.shut["maintenance"]
    perform(
        steward,
        book_maintenance,
        draft.row,
        start=weeks.moment(start),
        end=weeks.moment(end),
        reason="厂家工程师年度保养",
    )
    draft, start, end = weeks.shut["closure"]
    perform(
        steward,
        add_exception,
        draft.row,
        start=weeks.moment(start),
        end=weeks.moment(end),
        is_open=False,
        reason="实验楼电力检修，停电一天",
    )
    perform(
        steward,
        change_state,
        weeks.repair.row,
        InstrumentState.UNDER_REPAIR,
        note="电源模块故障，备件已订购。",
        back_on=back_on(weeks),
        choices={ALL: OFFER},
    )
