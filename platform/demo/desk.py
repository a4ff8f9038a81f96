"""Today on the demo steward's instruments: what is over, what runs, who is late, what waits for a decision.

What began before this moment cannot be asked for any more, so it is written as history, like past usage;
everything from now on goes through the real actions.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from django.utils import timezone

from changes import Work, perform
from demo.instruments import InstrumentDraft
from demo.people import People
from demo.plan import Plan
from demo.terms import OPENING, ZONE, is_holiday
from demo.wishes import purpose, someone
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.usage.actions.records import visit_number
from instruments.usage.actions.served import known_of, name_served
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.models import UsageRecord
from members.enums import Affiliation, UserCategory
from members.models import Person

HALF = 30
NOTICE = 60
CENT = Decimal("0.01")


def write_today(plan: Plan, drafts: list[InstrumentDraft], people: People) -> None:
    """Fill today's board of the demo steward, as far as the hour allows."""
    rng, now = plan.rng("today"), timezone.now()
    local_now = now.astimezone(ZONE)
    if local_now.date() != plan.today:
        return
    minute = local_now.hour * 60 + local_now.minute
    steward = people.accounts["steward"]
    kept = [draft for draft in drafts if steward in draft.keepers]
    past: list[Booking] = []
    for position, draft in enumerate(kept):
        windows = OPENING[draft.opening].get(plan.today.weekday(), ())
        rests = is_holiday(plan.today) and draft.opening != "always"
        if windows and not rests:
            # A noon break is part of the day here: who began in the morning may run on.
            day = _Day(rng, plan.today, draft, people, minute=minute, window=(windows[0][0], windows[-1][1]))
            day.write_past(position)
            day.ask_future(position, steward)
            past += day.past
    perform(people.accounts["admin"], _note, past)


def _note(work: Work, past: list[Booking]) -> None:
    """Say in the history where these bookings came from."""
    for booking in past:
        work.record("demo.booking.written", booking, after={"state": booking.state})


class _Day:
    """One instrument's day, laid out in half hours around the present minute."""

    def __init__(
        self,
        rng: Random,
        today: dt.date,
        draft: InstrumentDraft,
        people: People,
        *,
        minute: int,
        window: tuple[int, int],
    ) -> None:
        self.rng, self.today, self.draft, self.people = rng, today, draft, people
        self.minute, (self.opens, self.closes) = minute, window
        self.floor = minute // HALF * HALF
        self.past: list[Booking] = []

    def write_past(self, position: int) -> None:
        """Write what is over, then what the present moment finds: in use, overdue, late, or nothing."""
        start = max(self.opens, self.floor - 8 * 60)
        present = ("in_use", "overdue", "late", "in_use", "none")[position % 5]
        until = self.floor - (90 if present in {"in_use", "overdue"} else 0)
        while start + 60 <= until:
            end = min(until, start + self.rng.choice((60, 90, 120, 150)))
            self._history(start, end, BookingState.COMPLETED)
            start = end + self.rng.choice((0, HALF, HALF, 60))
        begin = self.floor - 90
        if not self.opens <= self.floor < self.closes:
            return
        if present == "late":
            self._history(self.floor, min(self.closes, self.floor + 60), BookingState.CONFIRMED)
        elif present == "in_use" and begin >= self.opens and self.floor + 60 <= self.closes:
            self._history(begin, self.floor + 60, BookingState.IN_USE)
        elif present == "overdue" and begin >= self.opens and self.minute - self.floor >= 5:
            self._history(begin, self.floor, BookingState.IN_USE)

    def ask_future(self, position: int, steward: Person) -> None:
        """Ask for times later today; some requests are approved, some wait, two of them side by side."""
        start = -(-(self.minute + NOTICE + 20) // HALF) * HALF + HALF * (position % 3)
        start = max(start, self.opens)
        for turn in range(3):
            length = self.rng.choice((60, 90, 120))
            if start + length > self.closes or not self._is_inside(start, start + length):
                start += HALF * 2
                continue
            person = self._someone()
            booking = perform(
                person,
                request_booking,
                self.draft.row,
                start=self._at(start),
                end=self._at(start + length),
                purpose=purpose(self.rng, self.draft),
            )
            if booking.state == BookingState.REQUESTED and (position + turn) % 3 == 0:
                perform(steward, approve_booking, booking)
            start += length + self.rng.choice((0, 0, HALF, 60))

    def _is_inside(self, start: int, end: int) -> bool:
        windows = OPENING[self.draft.opening][self.today.weekday()]
        return any(opens <= start and end <= closes for opens, closes in windows)

    def _history(self, start: int, end: int, state: BookingState) -> None:
        person = self._someone()
        category = _category(person, self.draft)
        rate = self.draft.prices[category]
        hours = Decimal(end - start) / 60
        booking = Booking.objects.create(
            instrument=self.draft.row,
            station=1,
            person=person,
            start=self._at(start),
            end=self._at(end),
            state=state,
            purpose=purpose(self.rng, self.draft),
            category=category,
            yuan_per_hour=rate,
            price=(rate * hours).quantize(CENT, ROUND_HALF_UP),
            requested_at=self._at(start) - dt.timedelta(days=self.rng.randrange(1, 6)),
            decided_at=self._at(start) - dt.timedelta(hours=20) if self.draft.approval else None,
            decided_by=self.draft.keepers[0] if self.draft.approval else None,
            checked_in_at=None if state == BookingState.CONFIRMED else self._at(start),
            checked_out_at=self._at(end) if state == BookingState.COMPLETED else None,
        )
        self.past.append(booking)
        if state == BookingState.COMPLETED:
            self._usage(booking, hours.quantize(CENT), person)

    def _usage(self, booking: Booking, hours: Decimal, person: Person) -> None:
        home = person.home_unit_id == self.draft.unit.row.pk
        record = UsageRecord(
            unit=self.draft.unit.row,
            record_id=visit_number(booking.pk),
            instrument=self.draft.row,
            booking=booking,
            start=booking.start,
            end=booking.end,
            measurement_hours=hours,
            effective_hours=hours,
            user_kind=UserKind.INTERNAL if home else UserKind.EXTERNAL,
            purpose=booking.purpose_kind,
            samples=self.rng.randrange(1, 16),
            income=booking.price,
            person=person,
            user_name=person.display_name,
            user_unit=person.organisation_name,
            source=UsageSource.BOOKING,
            recorded_by=self.draft.keepers[0],
        )
        name_served(None, [record], known_of([(record.unit_id, record.user_unit)]))
        record.save(force_insert=True)

    def _someone(self) -> Person:
        while True:
            person = someone(self.rng, self.draft, self.people)
            if person not in self.draft.keepers:
                return person

    def _at(self, minutes: int) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time.min, ZONE) + dt.timedelta(minutes=minutes)


def _category(person: Person, draft: InstrumentDraft) -> str:
    if person.home_unit_id is not None:
        own = person.home_unit_id == draft.unit.row.pk
        return UserCategory.INTERNAL if own else UserCategory.MEMBER
    return (
        UserCategory.ENTERPRISE if person.affiliation == Affiliation.ENTERPRISE else UserCategory.NON_PROFIT
    )
