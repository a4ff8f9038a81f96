"""Asking for time: what is written, what is refused, and that a refusal changes nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.verifying import first_fault
from changes import perform
from changes.errors import NotAllowed
from folding.times import LOCAL
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.errors import RulesBroken, SlotTaken
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.terms.models import OpeningException, Rate
from members.enums import UnitState, UserCategory
from members.models import Person
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def ask(instrument, actor, start, end, **more):
    """Request with a purpose."""
    return perform(actor, request_booking, instrument, start=start, end=end, purpose="相分析", **more)


def test_a_free_slot_is_confirmed_with_its_price_frozen(instrument, member, verbs):
    """90 minutes at 120 yuan an hour are 180 yuan, whatever the rate becomes."""
    booking = ask(instrument, member, at(2, 9), at(2, 10, 30))
    Rate.objects.filter(category=UserCategory.MEMBER).update(yuan_per_hour=999)
    booking.refresh_from_db()
    assert (booking.state, booking.station, booking.version) == (BookingState.CONFIRMED, 1, 1)
    assert (booking.category, booking.yuan_per_hour, booking.price) == (
        "member",
        Decimal("120.00"),
        Decimal("180.00"),
    )
    assert (booking.start, booking.end) == (at(2, 9), at(2, 10, 30))
    assert booking.expires_at is None
    assert verbs() == ["instruments.booking.confirmed"]
    entry = Entry.objects.get()
    assert (entry.actor_id, entry.target_id, entry.before) == (member.pk, str(booking.pk), None)
    assert entry.after["price"] == "180.00"
    assert first_fault() is None
    assert list(Notice.objects.values_list("kind", "person")) == [("booking_confirmed", member.pk)]


def test_an_approval_makes_it_a_request_that_holds_its_slot(xrd, steward, member, engineer, verbs):
    """It expires after 48 hours; the stewards are told; the slot is held."""
    booking = ask(xrd, member, at(3, 9), at(3, 11))
    assert booking.state == BookingState.REQUESTED
    assert booking.expires_at == NOW + dt.timedelta(hours=48)
    assert verbs() == ["instruments.booking.requested"]
    notice = Notice.objects.get()
    assert (notice.kind, notice.person_id, notice.link) == (
        "booking_requested",
        steward.pk,
        f"/bookings/{booking.pk}/",
    )
    with pytest.raises(SlotTaken):
        ask(xrd, engineer, at(3, 10), at(3, 12))


def test_a_request_expires_at_its_start_at_the_latest(xrd, member):
    """Tomorrow 09:00 is nearer than 48 hours."""
    assert ask(xrd, member, at(1, 9), at(1, 10)).expires_at == at(1, 9)


def test_without_a_steward_the_managers_are_told(xrd, manager, member):
    """Somebody always hears of a request."""
    ask(xrd, member, at(3, 9), at(3, 11))
    assert Notice.objects.get().person == manager


def test_back_to_back_is_no_clash(instrument, member, engineer):
    """[9, 10) and [10, 11)."""
    ask(instrument, member, at(2, 9), at(2, 10))
    ask(instrument, engineer, at(2, 10), at(2, 11))
    assert Booking.objects.count() == 2


def test_the_loser_learns_the_clash_and_three_free_slots(xrd, steward, member, engineer, ledger):
    """Held 09–11 and 12–13 on Friday; two hours fit 13–15, 15–17, 17–19 and not 11–12."""
    ask(xrd, member, at(4, 9), at(4, 11))
    ask(xrd, member, at(4, 12), at(4, 13))
    kept = ledger()
    with pytest.raises(SlotTaken) as refusal:
        ask(xrd, engineer, at(4, 10), at(4, 12))
    assert [(c.start, c.end) for c in refusal.value.conflicts] == [(at(4, 9), at(4, 11))]
    assert [(a.instrument_code, a.start, a.end, a.station) for a in refusal.value.alternatives] == [
        (xrd.code, at(4, h), at(4, h + 2), 1) for h in (13, 15, 17)
    ]
    assert kept.unchanged()
    for slot in refusal.value.alternatives:
        ask(xrd, engineer, slot.start, slot.end)


def test_the_same_instant_in_another_zone_clashes(instrument, member, engineer):
    """09:00 in Shanghai is 01:00 UTC."""
    ask(instrument, member, at(2, 9), at(2, 10))
    with pytest.raises(SlotTaken):
        ask(instrument, engineer, at(2, 9).astimezone(dt.UTC), at(2, 10).astimezone(dt.UTC))


def test_the_first_free_station_is_taken(member, engineer):
    """Two stations hold two at a time; a third is refused with both conflicts; a named station is kept to."""
    twin = make_instrument(station_count=2)
    assert ask(twin, member, at(2, 9), at(2, 10)).station == 1
    assert ask(twin, engineer, at(2, 9), at(2, 10)).station == 2
    with pytest.raises(SlotTaken) as refusal:
        ask(twin, engineer, at(2, 9), at(2, 10))
    assert len(refusal.value.conflicts) == 2
    assert ask(twin, member, at(2, 12), at(2, 13), station=2).station == 2
    with pytest.raises(SlotTaken) as refusal:
        ask(twin, member, at(2, 12), at(2, 13), station=2)
    assert len(refusal.value.conflicts) == 1
    assert ask(twin, member, at(2, 12), at(2, 13)).station == 1


def test_an_unswept_request_past_its_time_gives_way_at_once(xrd, steward, member, engineer, monday, verbs):
    """Nobody ran the sweep; the slot is free all the same, and the history tells why."""
    old = ask(xrd, member, at(4, 9), at(4, 11))
    monday.move_to(NOW + dt.timedelta(hours=48))
    new = ask(xrd, engineer, at(4, 9), at(4, 11))
    old.refresh_from_db()
    assert (old.state, old.version, new.state) == (BookingState.EXPIRED, 2, BookingState.REQUESTED)
    assert verbs()[1:] == ["instruments.booking.expired", "instruments.booking.requested"]
    assert Notice.objects.filter(person=member, kind="booking_expired").exists()


def broken(instrument, person, start, end, **more):
    """The codes of the rules that a request breaks."""
    with pytest.raises(RulesBroken) as refusal:
        ask(instrument, person, start, end, **more)
    return [p.rule for p in refusal.value.problems]


def test_all_broken_rules_at_once_and_nothing_written(xrd, member, ledger):
    """Sunday, off the step, too long; and nothing is left behind."""
    Rate.objects.all().delete()
    kept = ledger()
    assert broken(xrd, member, at(6, 8, 10), at(6, 18, 10)) == ["too_long", "step", "closed", "no_rate"]
    assert broken(xrd, member, at(2, 11), at(2, 9)) == ["interval"]
    assert kept.unchanged()


def test_rules_of_standing(instrument, member, ledger):
    """State of instrument and unit, sharing mode, station, wording: each by its own name."""
    start, end = at(2, 9), at(2, 10)
    kept = ledger()
    assert broken(instrument, member, start, end, station=2) == ["no_station"]
    assert broken(instrument, member, start, end, purpose_kind="fun") == ["purpose_kind"]
    for purpose in ("  ", "x" * 301, "a\0b"):
        with pytest.raises(RulesBroken) as refusal:
            perform(member, request_booking, instrument, start=start, end=end, purpose=purpose)
        assert [p.rule for p in refusal.value.problems] == ["purpose"]
    instrument.state = InstrumentState.UNDER_REPAIR
    instrument.sharing_mode = SharingMode.INTERNAL
    instrument.save()
    instrument.unit.state = UnitState.SUSPENDED
    instrument.unit.save()
    assert broken(instrument, member, start, end) == ["instrument_state", "unit_state", "sharing_mode"]
    assert kept.unchanged()


def test_internal_sharing_lets_its_own_unit_in(instrument):
    """60 yuan an hour for a colleague."""
    instrument.sharing_mode = SharingMode.INTERNAL
    instrument.save()
    colleague = PersonFactory(home_unit=instrument.unit)
    assert ask(instrument, colleague, at(2, 9), at(2, 10)).price == Decimal("60.00")


def test_not_shared_lets_only_its_stewards_in(instrument, member):
    """A colleague sees it and is refused by the rule; a stranger does not see it at all."""
    instrument.sharing_mode = SharingMode.NOT_SHARED
    instrument.save()
    steward, colleague = make_steward(instrument), PersonFactory(home_unit=instrument.unit)
    assert ask(instrument, steward, at(2, 9), at(2, 10)).state == BookingState.CONFIRMED
    assert broken(instrument, colleague, at(2, 12), at(2, 13)) == ["not_shared"]
    with pytest.raises(NotAllowed):
        ask(instrument, member, at(2, 12), at(2, 13))


def test_a_dated_exception_closes_and_opens(xrd, member):
    """Wednesday afternoon shut, Sunday morning open."""
    OpeningException.objects.create(instrument=xrd, start=at(2, 12), end=at(2, 20))
    OpeningException.objects.create(instrument=xrd, start=at(6, 8), end=at(6, 12), is_open=True)
    assert broken(xrd, member, at(2, 11), at(2, 13)) == ["opening_hours"]
    assert ask(xrd, member, at(6, 9), at(6, 11)).state == BookingState.REQUESTED


@pytest.mark.parametrize("offset", [8, 0, -8])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_break_a_rule_and_nothing_else(instrument, member, year, offset):
    """No overflow on the way."""
    zone = dt.timezone(dt.timedelta(hours=offset))
    month, day = (1, 1) if year == 1 else (12, 31)
    start = dt.datetime(year, month, day, 23, 0, tzinfo=zone)
    assert ("past" if year == 1 else "horizon") in broken(
        instrument, member, start, start + dt.timedelta(minutes=30)
    )


def test_a_naive_time_is_a_programmers_mistake(instrument, member):
    """The forms and the API refuse it before."""
    with pytest.raises(ValueError, match="offset"):
        ask(instrument, member, at(2, 9).replace(tzinfo=None), at(2, 10).replace(tzinfo=None))


def test_a_keeper_books_for_others_and_nobody_else_does(xrd, steward, member, engineer, ledger):
    """The price is the guest's; a refusal of right is on record."""
    booking = ask(xrd, steward, at(3, 9), at(3, 10), person=engineer)
    assert (booking.person, booking.price) == (engineer, Decimal("240.00"))
    kept = ledger()
    with pytest.raises(NotAllowed):
        ask(xrd, member, at(3, 12), at(3, 13), person=engineer)
    assert kept.unchanged()
    entry = Entry.objects.order_by("-sequence").first()
    assert (entry.verb, entry.actor_id) == ("instruments.refused", member.pk)
    assert entry.after == {"verb": "book_for_others", "reason": "no_right"}


def test_an_inactive_person_books_nothing(instrument, member):
    """Nor does anybody unknown."""
    member.is_active = False
    with pytest.raises(NotAllowed):
        ask(instrument, member, at(2, 9), at(2, 10))


def test_a_writer_past_the_lock_still_loses_politely(instrument, member, engineer, monkeypatch):
    """With our own check blinded, the constraint's refusal becomes the same SlotTaken."""
    ask(instrument, member, at(2, 9), at(2, 10))
    monkeypatch.setattr("instruments.booking.actions.slots._taken", lambda *_args: ([], [], []))
    with pytest.raises(SlotTaken) as refusal:
        ask(instrument, engineer, at(2, 9), at(2, 10))
    assert [(c.start, c.end) for c in refusal.value.conflicts] == [(at(2, 9), at(2, 10))]
    assert refusal.value.alternatives[0].start == at(2, 10)
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("crowd", [0, 40])
def test_queries_do_not_grow_with_the_bookings(xrd, steward, engineer, crowd):
    """Ten statements, and the two of the savepoint that a transaction is in a test."""
    for n in range(crowd):
        BookingFactory(instrument=xrd, start=at(10, 0) + dt.timedelta(hours=3 * n), person=engineer)
    ask(xrd, engineer, at(3, 15), at(3, 17))  # the history's first entry makes its head
    with CaptureQueriesContext(connection) as captured:
        ask(xrd, engineer, at(3, 9), at(3, 11))
    assert len(captured) <= 12, "\n".join(q["sql"][:70] for q in captured)


class TestMaintenance:
    """Upkeep is a booking of another kind."""

    def test_it_holds_time_whatever_the_policy_says(self, xrd, steward, member, verbs):
        """From midnight for two days; nobody else gets in."""
        booking = perform(steward, book_maintenance, xrd, start=at(1, 0), end=at(3, 0), reason="换灯管")
        assert (booking.kind, booking.state, booking.price) == (
            BookingKind.MAINTENANCE,
            BookingState.CONFIRMED,
            Decimal(0),
        )
        assert verbs() == ["instruments.booking.confirmed"]
        with pytest.raises(SlotTaken) as refusal:
            ask(xrd, member, at(2, 9), at(2, 11))
        assert refusal.value.alternatives[0].start == at(3, 8)

    def test_it_does_not_push_out_a_booking(self, xrd, steward, member):
        """One rule guards all."""
        ask(xrd, member, at(3, 9), at(3, 11))
        with pytest.raises(SlotTaken):
            perform(steward, book_maintenance, xrd, start=at(3, 0), end=at(4, 0), reason="保养")

    def test_it_takes_the_station_that_is_free(self, member, engineer):
        """Of two stations; the one that was named; and none where both are taken."""
        twin = make_instrument(station_count=2)
        keeper = make_steward(twin)
        upkeep = {"start": at(2, 9), "end": at(2, 11), "reason": "保养"}
        assert ask(twin, member, at(2, 9), at(2, 11)).station == 1
        with pytest.raises(SlotTaken) as refusal:
            perform(keeper, book_maintenance, twin, **upkeep, station=1)
        assert [row.station for row in refusal.value.conflicts] == [1]
        assert perform(keeper, book_maintenance, twin, **upkeep).station == 2
        with pytest.raises(SlotTaken) as refusal:
            perform(keeper, book_maintenance, twin, **upkeep)
        assert sorted(row.station for row in refusal.value.conflicts) == [1, 2]
        assert Booking.objects.count() == 2

    def test_refusals(self, xrd, steward, member, outsider, ledger):
        """Strangers may not; it needs a reason and a sensible time."""
        kept = ledger()
        for stranger in (member, outsider):
            with pytest.raises(NotAllowed):
                perform(stranger, book_maintenance, xrd, start=at(1, 0), end=at(2, 0), reason="x")
        for start, end, reason, rule in (
            (at(1, 0), at(2, 0), " ", "reason"),
            (at(2, 0), at(1, 0), "x", "interval"),
            (at(-2, 0), at(-1, 0), "x", "past"),
            (
                dt.datetime(9999, 12, 30, tzinfo=LOCAL),
                dt.datetime(9999, 12, 31, tzinfo=LOCAL),
                "x",
                "horizon",
            ),
        ):
            with pytest.raises(RulesBroken) as refusal:
                perform(steward, book_maintenance, xrd, start=start, end=end, reason=reason)
            assert [p.rule for p in refusal.value.problems] == [rule]
        assert kept.unchanged()


def test_a_manager_keeps_the_instruments_of_the_unit_alone(xrd, member):
    """The manager of another unit does not."""
    perform(make_manager(xrd.unit), book_maintenance, xrd, start=at(1, 0), end=at(2, 0), reason="x")
    with pytest.raises(NotAllowed):
        perform(
            make_manager(make_instrument().unit),
            book_maintenance,
            xrd,
            start=at(2, 0),
            end=at(3, 0),
            reason="x",
        )


def test_who_is_closed_at_this_moment_books_no_more(instrument, member):
    """The account as it stands under its lock counts, not the one the session began with."""
    Person.objects.filter(pk=member.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        ask(instrument, member, at(2, 9), at(2, 10))
    assert not Booking.objects.exists()
    entry = Entry.objects.get()
    assert (entry.verb, entry.after["reason"]) == ("instruments.refused", "account_closed")
