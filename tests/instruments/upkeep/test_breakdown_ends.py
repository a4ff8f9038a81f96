"""Break-downs: what those do who were asked, the end of the fault, and another expected end."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import StaleVersion, perform
from changes.dependants import CANCEL, KEEP, OFFER
from changes.errors import NotAllowed, Unresolved
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.sweeps import mark_no_shows
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.terms.rules.intervals import Interval
from instruments.upkeep.actions.breakdowns import change_breakdown
from instruments.upkeep.actions.faults import end_fault, report_fault
from instruments.upkeep.actions.hits import hit_key
from instruments.upkeep.errors import BreakdownOver
from instruments.upkeep.queries.breakdowns import ways_out
from instruments.upkeep.rules.outages import Outage
from tests.factories.instruments import make_instrument
from tests.instruments.moments import NOW, at
from tests.instruments.upkeep.breakdowns import FLAT, held, row, stop, told, use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "free_time_known")]
WAYS_QUERIES = 5


class TestTheWayBack:
    """What a person does who was asked, and the end of the fault."""

    def test_an_answer_closes_the_gap(self, machine, keeper, verbs):
        """Who was asked moves, within the last moment for changes too; the old time is held for the repair."""
        asked = use(machine, 0, 11, 13, station=1)
        stop(keeper, machine, choices={hit_key(asked): OFFER})
        moved = perform(asked.person, move_booking, asked, start=at(3, 10), end=at(3, 12))
        assert (moved.in_doubt, moved.start) == ("", at(3, 10))
        assert held(machine) == [
            (1, at(0, 9), at(0, 11)),
            (1, at(0, 11), at(0, 13)),
            (1, at(0, 13), at(2, 12)),
        ]
        assert verbs()[-2:] == ["instruments.booking.moved", "instruments.booking.confirmed"]

    def test_who_was_asked_may_cancel_late(self, machine, keeper):
        """Nobody is bound to what cannot be used; without a break-down the last moment binds."""
        asked, bound = use(machine, 0, 10, 11, station=1), use(machine, 0, 10, 11, station=2)
        Booking.objects.filter(pk=bound.pk).update(requested_at=at(-3, 9))
        Booking.objects.filter(pk=asked.pk).update(requested_at=at(-3, 9))
        stop(keeper, machine, choices={hit_key(asked): OFFER})
        perform(asked.person, cancel_booking, asked)
        with pytest.raises(RulesBroken):
            perform(bound.person, cancel_booking, bound)

    def test_a_part_of_its_own_time_stays_in_doubt(self, machine, keeper):
        """Shortened within the break-down, it is as doubtful as before."""
        asked = use(machine, 1, 10, 12, station=1)
        stop(keeper, machine, choices={hit_key(asked): OFFER})
        moved = perform(keeper, move_booking, asked, start=at(1, 10), end=at(1, 11))
        assert moved.in_doubt == "The vacuum pump is gone"
        assert (1, at(1, 11), at(1, 12)) in held(machine)

    def test_repaired_before_its_time(self, machine, keeper, monday, verbs):
        """What was held of it stays on record, the rest is free; who was told to wait is told that it stands."""
        kept = use(machine, 1, 10, 12, station=1)
        breakdown = stop(keeper, machine, choices={hit_key(kept): KEEP})
        monday.move_to(at(0, 15))
        perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="New pump")
        breakdown.refresh_from_db()
        assert breakdown.ended_at == at(0, 15)
        assert held(machine) == [(1, at(0, 9), at(0, 15))]
        first = Booking.objects.get(start=at(0, 9))
        assert (first.state, first.booked_until) == (BookingState.COMPLETED, at(1, 10))
        kept.refresh_from_db()
        assert (kept.in_doubt, kept.state) == ("", "confirmed")
        assert told(kept.person)[1:] == ["booking_in_doubt", "booking_stands"]
        assert set(verbs()[-5:]) == {
            "instruments.fault.ended",
            "instruments.booking.completed",
            "instruments.booking.cancelled",
            "instruments.booking.stands",
            "instruments.breakdown.ended",
        }
        use(machine, 1, 8, 10, station=1)

    def test_closed_without_a_repair(self, machine, keeper):
        """The fault was none: all is free again at once."""
        breakdown = stop(keeper, machine)
        perform(keeper, end_fault, breakdown.fault, repaired=False, outcome="A plug was loose")
        assert held(machine) == []

    def test_another_fault_ends_nothing(self, machine, keeper):
        """The break-down is of its own fault alone."""
        stop(keeper, machine)
        other = perform(keeper, report_fault, machine, severity="note", words="x")
        perform(keeper, end_fault, other, repaired=True, outcome="x")
        assert held(machine) == [(1, at(0, 9), at(2, 12))]

    def test_what_is_over_is_not_held_after_the_fact(self, machine, keeper, monday):
        """Somebody who was kept did not come: of the time that has passed nothing is held for the break-down."""
        kept = use(machine, 0, 10, 11, station=1)
        stop(keeper, machine, choices={hit_key(kept): KEEP})
        monday.move_to(at(0, 15))
        assert mark_no_shows(at(0, 15)) == 1
        kept.refresh_from_db()
        # Nobody could come, so nobody was missed.
        assert kept.state == "cancelled"
        assert held(machine) == [(1, at(0, 9), at(0, 10)), (1, at(0, 11), at(2, 12))]

    def test_after_its_time_nothing_is_held(self, machine, keeper, monday):
        """What is given back once the expected end is over is free, and so is what lies on other stations."""
        stop(keeper, machine)
        free = use(machine, 1, 10, 12, station=2)
        perform(free.person, cancel_booking, free)
        assert held(machine) == [(1, at(0, 9), at(2, 12))]
        monday.move_to(at(2, 13))
        late = use(machine, 3, 10, 12, station=1)
        perform(late.person, cancel_booking, late)
        assert held(machine) == [(1, at(0, 9), at(2, 12))]


class TestChanging:
    """`change_breakdown`."""

    def test_longer(self, machine, keeper, verbs):
        """Who is hit now is asked about; who was asked before is not asked about again."""
        asked, later = use(machine, 1, 10, 12, station=1), use(machine, 3, 10, 12, station=1)
        breakdown = stop(keeper, machine, choices={hit_key(asked): OFFER})
        with pytest.raises(Unresolved) as refused:
            perform(keeper, change_breakdown, breakdown, end=at(4, 12), stations=(1,))
        assert [hit.person for hit in refused.value.hits] == [later.person]
        changed = perform(
            keeper,
            change_breakdown,
            breakdown,
            end=at(4, 12),
            stations=(1,),
            choices={hit_key(later): CANCEL},
        )
        assert (changed.end, changed.version) == (at(4, 12), 2)
        assert held(machine)[-1] == (1, at(2, 12), at(4, 12))
        assert verbs()[-1] == "instruments.breakdown.changed"

    def test_shorter(self, machine, keeper):
        """The rest is free; what is hit no more stands, and its person is told."""
        early, late = use(machine, 1, 10, 12, station=1), use(machine, 2, 8, 10, station=1)
        breakdown = stop(keeper, machine, choices={hit_key(early): KEEP, hit_key(late): KEEP})
        perform(keeper, change_breakdown, breakdown, end=at(1, 20), stations=(1,))
        assert held(machine) == [(1, at(0, 9), at(1, 10)), (1, at(1, 12), at(1, 20))]
        for booking, doubt in ((early, "The vacuum pump is gone"), (late, "")):
            booking.refresh_from_db()
            assert booking.in_doubt == doubt
        assert told(late.person)[-1] == "booking_stands"

    def test_another_station(self, machine, keeper, monday):
        """The one works again from now on, the other stands still for all the time that is left and was."""
        breakdown = stop(keeper, machine)
        monday.move_to(at(0, 12))
        perform(keeper, change_breakdown, breakdown, end=at(2, 12), stations=(2,))
        assert held(machine) == [(1, at(0, 9), at(0, 12)), (2, at(0, 9), at(2, 12))]

    def test_the_version_and_the_end(self, machine, keeper, ledger, outsider):
        """Who was overtaken is told; one that is over is over; strangers have no right."""
        breakdown = stop(keeper, machine)
        before = ledger()
        with pytest.raises(NotAllowed):
            perform(outsider, change_breakdown, breakdown, end=at(4, 12))
        with pytest.raises(StaleVersion):
            perform(keeper, change_breakdown, breakdown, end=at(4, 12), seen=2)
        assert before.unchanged()
        perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="x")
        with pytest.raises(BreakdownOver):
            perform(keeper, change_breakdown, breakdown, end=at(4, 12))


class TestWaysOut:
    """`ways_out`."""

    @pytest.mark.parametrize("rows", [1, 6])
    def test_as_many_queries_for_many_as_for_one(self, machine, keeper, rows):
        """Own time, siblings, terms, prices: five, however many are hit."""
        twin = make_instrument(unit=machine.unit, instrument_class=machine.instrument_class, policy=FLAT)
        twin.stewardships.create(person=keeper, valid_from=dt.date(2020, 1, 1))
        hits = [use(machine, 1, 2 * n, 2 * n + 2, station=1) for n in range(1, rows + 1)]
        outage = Outage((1,), Interval(at(0, 9), at(2, 12)))
        with CaptureQueriesContext(connection) as captured:
            found = ways_out(machine, hits, outage, keeper, now=NOW)
        assert len(captured) == WAYS_QUERIES
        firsts = [found[hit.pk][0] for hit in hits]
        assert [slot.start for slot in firsts] == [hit.start for hit in hits]
        assert {(slot.instrument_code, slot.station) for slot in firsts} == {(machine.code, 2)}

    def test_not_where_the_person_may_not_or_cannot_pay(self, machine, keeper):
        """Shared within the unit; without a price for the category."""
        for fields in ({"sharing_mode": "internal"}, {"rates": False}):
            twin = make_instrument(
                unit=machine.unit, instrument_class=machine.instrument_class, policy=FLAT, **fields
            )
            twin.stewardships.create(person=keeper, valid_from=dt.date(2020, 1, 1))
        hit = use(machine, 1, 10, 12, station=1)
        found = ways_out(machine, [hit], Outage((1, 2), Interval(at(0, 9), at(2, 12))), keeper, now=NOW)
        assert {slot.instrument_code for slot in found[hit.pk]} == {machine.code}
        assert [slot.start for slot in found[hit.pk]] == [at(2, 12), at(2, 12)]

    def test_nothing_for_what_has_begun_or_lies_beyond_time(self, machine, keeper):
        """Nor where no calendar holds the days after it."""
        begun = row(instrument=machine, station=1, start=at(0, 8), end=at(0, 11))
        outage = Outage((1,), Interval(at(0, 9), at(2, 12)))
        assert ways_out(machine, [begun], outage, keeper, now=NOW) == {}
        far = Outage((1,), Interval(at(0, 9), dt.datetime(9999, 12, 30, tzinfo=dt.UTC)))
        later = use(machine, 1, 10, 12, station=1)
        assert ways_out(machine, [later], far, keeper, now=NOW) == {}
