"""Break-downs: an instrument is stopped in one step, everybody who is hit is settled with, and the way back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from changes import perform
from changes.dependants import CANCEL, KEEP, OFFER
from changes.errors import FieldsRefused, NotAllowed, Unresolved
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.visit import check_out
from instruments.booking.enums import BookingKind
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking, BookingStep
from instruments.booking.queries.shut import shut_for
from instruments.booking.rules.free_slots import FreeSlot
from instruments.upkeep.actions.faults import end_fault, report_fault
from instruments.upkeep.actions.hits import hit_key
from instruments.upkeep.errors import NoWayOut, StandsAlready, WrongFaultState
from instruments.upkeep.models import Breakdown, Fault
from instruments.upkeep.rules.ways import way_key
from notices.kinds import write
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import at
from tests.instruments.upkeep.breakdowns import FLAT, held, row, stop, told, use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "free_time_known")]


class TestStopping:
    """`stop_instrument`."""

    def test_nobody_is_hit(self, machine, keeper, verbs):
        """The fault is there and taken up, the station is held from nine until Wednesday noon."""
        breakdown = stop(keeper, machine)
        fault = Fault.objects.get()
        assert (fault.state, fault.severity, fault.station) == ("acknowledged", "out", 1)
        assert (breakdown.fault, breakdown.stations) == (fault, [1])
        assert held(machine) == [(1, at(0, 9), at(2, 12))]
        assert breakdown.blocks.get().booking.purpose == "The vacuum pump is gone"
        assert verbs()[-4:] == [
            "instruments.fault.reported",
            "instruments.fault.acknowledged",
            "instruments.booking.confirmed",
            "instruments.breakdown.reported",
        ]

    def test_each_meets_the_fate_that_was_chosen(self, machine, keeper):
        """One stays, one is asked, one is cancelled, one goes to the other station, one to another day."""
        kept, asked, gone, seated, moved = (
            use(machine, 1, hour, hour + 2, station=1) for hour in (8, 10, 12, 14, 16)
        )
        choices = {
            hit_key(kept): KEEP,
            hit_key(asked): OFFER,
            hit_key(gone): CANCEL,
            hit_key(seated): way_key(FreeSlot(machine.code, at(1, 14), at(1, 16), 2)),
            hit_key(moved): way_key(FreeSlot(machine.code, at(2, 12), at(2, 14), 1)),
        }
        stop(keeper, machine, choices=choices)
        for booking in (kept, asked, gone, seated, moved):
            booking.refresh_from_db()
        assert [one.state for one in (kept, asked, gone, seated, moved)] == [
            *("confirmed", "confirmed", "cancelled", "confirmed", "confirmed")
        ]
        assert (seated.station, seated.start) == (2, at(1, 14))
        assert (moved.station, moved.start, moved.end) == (1, at(2, 12), at(2, 14))
        assert [one.in_doubt for one in (kept, asked, seated, moved)] == [
            *["The vacuum pump is gone"] * 2,
            *["", ""],
        ]
        assert shut_for(asked).reason == "The vacuum pump is gone"
        assert held(machine) == [(1, at(0, 9), at(1, 8)), (1, at(1, 12), at(2, 12))]
        assert [told(one.person)[1:] for one in (kept, asked, gone, seated, moved)] == [
            ["booking_in_doubt"],
            ["booking_to_move"],
            ["booking_taken_away"],
            ["booking_reseated"],
            ["booking_moved_away"],
        ]
        assert gone.reason == "The vacuum pump is gone"

    def test_what_people_read(self, machine, keeper):
        """The reason, what is free, and what they can do, in their own language."""
        asked = use(machine, 1, 10, 12, station=1)
        moved = use(machine, 1, 14, 16, station=1)
        use(machine, 1, 10, 18, station=2)
        to = way_key(FreeSlot(machine.code, at(2, 12), at(2, 14), 1))
        stop(keeper, machine, choices={hit_key(asked): OFFER, hit_key(moved): to})
        notice = Notice.objects.get(kind="booking_to_move")
        assert notice.link == f"/bookings/{asked.pk}/"
        with translation.override("en"):
            body = write(notice.kind, notice.context, "en").body
        assert "Reason: The vacuum pump is gone." in body
        assert "Next free times: Tue 3 Mar 18:00–20:00; " in body
        notice = Notice.objects.get(kind="booking_moved_away")
        with translation.override("en"):
            body = write(notice.kind, notice.context, "en").body
        assert "cannot be used on 3 Mar 2026, 14:00–16:00: The vacuum pump is gone." in body
        assert "4 Mar 2026, 12:00–14:00" in body

    def test_what_runs_and_what_is_held_already_stays(self, machine, keeper):
        """Around a visit that runs and maintenance that was entered; neither is asked about."""
        row(instrument=machine, station=1, start=at(0, 8), end=at(0, 10), state="in_use")
        upkeep = row(
            instrument=machine, station=1, start=at(1, 8), end=at(1, 10), kind=BookingKind.MAINTENANCE
        )
        breakdown = stop(keeper, machine)
        mine = held(machine)
        assert mine == [
            (1, at(0, 10), at(1, 8)),
            (1, at(1, 8), at(1, 10)),
            (1, at(1, 10), at(2, 12)),
        ]
        assert breakdown.blocks.filter(booking=upkeep).count() == 0

    def test_a_visit_that_ends_early_leaves_nothing_free(self, machine, keeper, monday):
        """What is given back within the break-down is held for it."""
        person = PersonFactory()
        running = row(
            instrument=machine, station=1, person=person, start=at(0, 8), end=at(0, 12), state="in_use"
        )
        stop(keeper, machine)
        monday.move_to(at(0, 10))
        perform(person, check_out, running)
        assert held(machine) == [(1, at(0, 10), at(0, 12)), (1, at(0, 12), at(2, 12))]
        assert Booking.objects.get(start=at(0, 10)).person == keeper

    def test_all_stations_where_none_is_named(self, machine, keeper):
        """Both, and the fault is of the whole instrument; naming both says the same."""
        breakdown = stop(keeper, machine, stations=())
        assert held(machine) == [(n, at(0, 9), at(2, 12)) for n in (1, 2)]
        assert (breakdown.stations, breakdown.fault.station) == ([], None)
        perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="x")
        assert stop(keeper, machine, stations=(2, 1)).stations == []

    def test_a_fault_that_is_known(self, machine, keeper):
        """It is taken up, its gravity is said anew, its words are the reason; its reporter hears of it."""
        user = use(machine, 3, 10, 12).person
        fault = perform(user, report_fault, machine, severity="limited", words="It rattles")
        breakdown = stop(keeper, machine, fault=fault, words="")
        fault.refresh_from_db()
        assert (breakdown.fault, breakdown.reason, fault.severity) == (fault, "It rattles", "out")
        assert (fault.state, Fault.objects.count()) == ("acknowledged", 1)
        assert told(user)[1:] == ["fault_acknowledged"]

    def test_under_repair(self, machine, keeper):
        """The whole instrument leaves service until the day of the end; nobody is told twice."""
        kept, later = use(machine, 1, 10, 12), use(machine, 2, 10, 11)
        choices = {hit_key(kept): KEEP, hit_key(later): OFFER}
        breakdown = stop(keeper, machine, stations=(), under_repair=True, choices=choices)
        machine.refresh_from_db()
        assert (machine.state, machine.back_on) == ("under_repair", dt.date(2026, 3, 4))
        assert machine.state_note == "The vacuum pump is gone"
        assert told(kept.person)[1:] == ["booking_in_doubt"]
        assert told(later.person)[1:] == ["booking_to_move"]
        perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="New pump")
        machine.refresh_from_db()
        assert (machine.state, machine.back_on) == ("in_service", None)

    def test_begun_but_not_come(self, machine, keeper):
        """It can be kept or cancelled, not moved."""
        begun = row(instrument=machine, station=1, start=at(0, 8), end=at(0, 11))
        for choice in (OFFER, way_key(FreeSlot(machine.code, at(3, 8), at(3, 11), 1))):
            with pytest.raises(Unresolved):
                stop(keeper, machine, choices={hit_key(begun): choice})
        stop(keeper, machine, choices={hit_key(begun): CANCEL})
        assert held(machine) == [(1, at(0, 9), at(2, 12))]

    def test_a_request_that_is_asked_cannot_be_approved(self):
        """It is hit as a booking is; its time is not promised any more."""
        machine = make_instrument(policy={**FLAT, "approval_required": True})
        keeper = make_steward(machine)
        asked = use(machine, 1, 10, 12, station=1)
        stop(keeper, machine, choices={hit_key(asked): OFFER})
        with pytest.raises(RulesBroken):
            perform(keeper, approve_booking, asked)

    def test_elsewhere_at_the_same_time(self, machine, keeper):
        """To another instrument of the same keeper; the price is the one there."""
        hit = use(machine, 1, 10, 12, station=1)
        twin = make_instrument(unit=machine.unit, instrument_class=machine.instrument_class, policy=FLAT)
        twin.stewardships.create(person=keeper, valid_from=dt.date(2020, 1, 1))
        stop(keeper, machine, choices={hit_key(hit): way_key(FreeSlot(twin.code, at(1, 10), at(1, 12), 1))})
        hit.refresh_from_db()
        assert (hit.instrument, hit.start, hit.state) == (twin, at(1, 10), "confirmed")
        assert held(machine) == [(1, at(0, 9), at(2, 12))]

    def test_a_rule_of_the_instrument_is_no_hindrance(self):
        """The notice of a new booking does not keep anybody from being moved to this very hour."""
        machine = make_instrument(station_count=2, policy={**FLAT, "notice_minutes": 24 * 60})
        keeper = make_steward(machine)
        hit = row(instrument=machine, station=1, start=at(0, 10), end=at(0, 11))
        stop(
            keeper,
            machine,
            choices={hit_key(hit): way_key(FreeSlot(machine.code, at(0, 9, 30), at(0, 10, 30), 2))},
        )
        hit.refresh_from_db()
        assert (hit.start, hit.station) == (at(0, 9, 30), 2)
        assert BookingStep.objects.filter(booking=hit, verb="waived").count() == 1

    def test_a_keeper_s_own_booking(self, machine, keeper):
        """Nobody makes an exception for themselves, but moves as anybody does."""
        hit = use(machine, 1, 10, 12, person=keeper, station=1)
        stop(
            keeper, machine, choices={hit_key(hit): way_key(FreeSlot(machine.code, at(1, 12), at(1, 14), 2))}
        )
        hit.refresh_from_db()
        assert (hit.start, hit.station, hit.in_doubt) == (at(1, 12), 2, "")


class TestRefusals:
    """What is refused changes nothing."""

    def test_a_booking_nobody_answered_for(self, machine, keeper, ledger):
        """All or nothing: not even the fault is there; the list names what is open."""
        one, two = use(machine, 1, 8, 10, station=1), use(machine, 1, 10, 12, station=1)
        before = ledger()
        with pytest.raises(Unresolved) as refused:
            stop(keeper, machine, choices={hit_key(one): CANCEL})
        assert [hit.key for hit in refused.value.hits] == [hit_key(two)]
        assert before.unchanged()
        assert not Fault.objects.exists()
        assert not Breakdown.objects.exists()

    def test_a_booking_that_was_moved_meanwhile(self, machine, keeper, ledger):
        """What was said of it at its old time is no answer for its new one."""
        hit = use(machine, 1, 8, 10, station=1)
        seen = hit_key(hit)
        perform(hit.person, move_booking, hit, start=at(1, 14), end=at(1, 16))
        before = ledger()
        with pytest.raises(Unresolved):
            stop(keeper, machine, choices={seen: CANCEL})
        assert before.unchanged()

    @pytest.mark.parametrize("way", ["taken", "inside", "nowhere", "no_station", "closed"])
    def test_a_way_that_is_none(self, machine, keeper, ledger, way):
        """Taken by another, in the break-down itself, on no instrument or station, in the past."""
        hit = use(machine, 1, 8, 10, station=1)
        use(machine, 3, 8, 10, station=1)
        slot = {
            "taken": FreeSlot(machine.code, at(3, 9), at(3, 11), 1),
            "inside": FreeSlot(machine.code, at(2, 10), at(2, 12), 1),
            "nowhere": FreeSlot("ZZZ-9", at(3, 10), at(3, 12), 1),
            "no_station": FreeSlot(machine.code, at(3, 10), at(3, 12), 3),
            "closed": FreeSlot(machine.code, at(0, 8), at(0, 10), 2),
        }[way]
        before = ledger()
        with pytest.raises(NoWayOut) as refused:
            stop(keeper, machine, choices={hit_key(hit): way_key(slot)})
        assert refused.value.booking == hit.pk
        assert before.unchanged()
        assert not Breakdown.objects.exists()

    @pytest.mark.parametrize(
        "choice", ["", "move", "way", "way X 1 y", "way X 1 2026-03-03T00:00:00", "way X ² 2"]
    )
    def test_an_answer_that_is_none(self, machine, keeper, choice):
        """It counts as no answer."""
        hit = use(machine, 1, 8, 10, station=1)
        with pytest.raises(Unresolved):
            stop(keeper, machine, choices={hit_key(hit): choice})

    def test_who_does_not_keep_it(self, machine, outsider, ledger):
        """Neither a user nor another's steward."""
        user = use(machine, 3, 8, 10).person
        before = ledger()
        for person in (user, outsider):
            with pytest.raises(NotAllowed):
                stop(person, machine)
        assert before.unchanged()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"end": at(0, 9)},
            {"end": at(0, 8), "start": at(0, 7)},
            {"end": at(370, 9)},
            {"stations": (3,)},
            {"stations": (0,)},
            {"words": " "},
            {"words": "x" * 1001},
        ],
    )
    def test_what_cannot_be(self, machine, keeper, ledger, wrong):
        """No time, over, longer than a year; no such station; nothing said."""
        before = ledger()
        with pytest.raises(RulesBroken):
            stop(keeper, machine, **wrong)
        assert before.unchanged()

    @pytest.mark.parametrize(
        "wrong", [{"stations": (1,)}, {"end": at(0, 23)}, {"start": at(0, 10), "stations": ()}]
    )
    def test_under_repair_is_for_long_and_for_all(self, machine, keeper, wrong):
        """Of the whole instrument, from now, beyond today."""
        with pytest.raises(FieldsRefused) as refused:
            stop(keeper, machine, **{"stations": (), **wrong}, under_repair=True)
        assert set(refused.value.fields) == {"under_repair"}

    def test_one_at_a_time(self, machine, keeper, ledger):
        """A second one is refused, whichever station; and by the database."""
        breakdown = stop(keeper, machine)
        before = ledger()
        with pytest.raises(StandsAlready):
            stop(keeper, machine, stations=(2,))
        assert before.unchanged()
        fault = perform(keeper, report_fault, machine, severity="out", words="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            Breakdown.objects.create(
                fault=fault, instrument=machine, start=at(5, 1), end=at(5, 2), stopped_by=keeper
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            Breakdown.objects.filter(pk=breakdown.pk).update(end=at(0, 9))

    def test_a_fault_that_has_ended_or_is_another_s(self, machine, keeper):
        """One cannot be taken up again; the other is a slip of the program."""
        fault = perform(keeper, report_fault, machine, severity="out", words="x")
        perform(keeper, end_fault, fault, repaired=False, outcome="x")
        with pytest.raises(WrongFaultState):
            stop(keeper, machine, fault=fault)
        other = make_instrument()
        stray = perform(make_steward(other), report_fault, other, severity="out", words="x")
        with pytest.raises((ValueError, NotAllowed)):
            stop(keeper, machine, fault=stray)
