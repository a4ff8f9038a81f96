"""What must be true after every step of a random walk, whatever people did."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis.stateful import invariant

from instruments.availability.queries import keeping
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle
from instruments.bundles.queries.bundles import parts_of
from instruments.terms.rules.pricing import price
from instruments.usage.models import UsageRecord
from instruments.waiting.enums import Answer, WaitState
from instruments.waiting.models import WaitEntry, WaitOffer

HOLDING = ("requested", "confirmed", "in_use", "completed", "offered")
TIMED = ("requested", "offered", "competing")


class MustBeTrue:
    """The invariants; a walk adds people, acts and the passing of time."""

    now: dt.datetime

    @invariant()
    def nothing_is_held_twice(self):
        """Nobody holds a moment of a station that somebody else holds; a request past its time holds nothing."""
        held = [
            (row.instrument_id, row.station, row.start, row.end)
            for row in Booking.objects.filter(state__in=HOLDING)
            if not (row.state in {"requested", "offered"} and row.expires_at <= self.now)
        ]
        for one, two in pairwise(sorted(held)):
            assert one[:2] != two[:2] or one[3] <= two[2]

    @invariant()
    def nobody_waits_for_what_another_has(self):
        """A request that competes has a station on which nothing certain stands."""
        certain = Booking.objects.filter(state__in=["confirmed", "in_use"])
        for asked in Booking.objects.filter(state="competing", expires_at__gt=self.now).select_related(
            "instrument"
        ):
            there = certain.filter(instrument=asked.instrument, start__lt=asked.end, end__gt=asked.start)
            taken = there.values_list("station", flat=True).distinct().count()
            assert taken < asked.instrument.station_count

    @invariant()
    def what_a_booking_says_adds_up(self):
        """Its price is rate times hours; what ended says when; one record for each visit that ended."""
        for row in Booking.objects.filter(kind="use"):
            assert row.price == price(row.yuan_per_hour, row.start, row.booked_end)
            assert (row.expires_at is not None) == (row.state in TIMED) or row.ended_at
            assert (row.ended_at is not None) == (
                row.state in {"declined", "cancelled", "expired", "no_show"}
            )
        visits = Booking.objects.filter(kind="use", state="completed")
        recorded = UsageRecord.objects.filter(is_current=True, booking__isnull=False)
        assert set(visits.values_list("pk", flat=True)) == set(recorded.values_list("booking", flat=True))

    @invariant()
    def sets_do_as_was_chosen(self):
        """Where a part was declined or has expired, no other part waits that was to go with it."""
        for bundle in BookingBundle.objects.exclude(when_lost="keep"):
            parts = parts_of(bundle)
            lost = [part.step for part in parts if part.booking.state in {"declined", "expired"}]
            for part in parts:
                goes = lost and (bundle.when_lost == "all" or part.step > min(lost))
                assert not (goes and part.booking.state in {"requested", "competing", "confirmed"}), parts

    @invariant()
    def offers_belong_to_one_wish_each(self):
        """A wish is offered while exactly one offer of it is open, and that offer is a booking held for its person."""
        opened = WaitOffer.objects.filter(answer=Answer.OPEN).select_related("entry", "booking")
        assert {row.entry_id for row in opened} == set(
            WaitEntry.objects.filter(state=WaitState.OFFERED).values_list("pk", flat=True)
        )
        assert {row.booking_id for row in opened} == set(
            Booking.objects.filter(state=BookingState.OFFERED).values_list("pk", flat=True)
        )
        assert all(row.booking.person_id == row.entry.person_id for row in opened)

    @invariant()
    def index_of_free_time_is_true(self):
        """Kept by the rows that the changes left, it is as if read anew."""
        assert keeping.differences(keeping.current(self.now), self.now) == 0
