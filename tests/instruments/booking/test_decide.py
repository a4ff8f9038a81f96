"""Approving, declining, cancelling and moving."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, SlotTaken, WrongBookingState
from instruments.booking.models import Booking
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import AdminFactory, make_officer
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def ask(instrument, actor, start, end, **more):
    """Request with a purpose."""
    return perform(actor, request_booking, instrument, start=start, end=end, purpose="相分析", **more)


@pytest.fixture
def request_(xrd, steward, engineer):
    """The engineer asks for Thursday 09:00 to 11:00."""
    return ask(xrd, engineer, at(3, 9), at(3, 11))


class TestApprove:
    """A custodian's yes."""

    def test_the_steward_approves(self, request_, steward, engineer, verbs):
        """Confirmed, by whom and when, told and on record."""
        booking = perform(steward, approve_booking, request_)
        assert (booking.state, booking.version) == (BookingState.CONFIRMED, 2)
        assert (booking.decided_by, booking.decided_at, booking.expires_at) == (steward, NOW, None)
        assert verbs()[-1] == "instruments.booking.approved"
        entry = Entry.objects.order_by("-sequence").first()
        assert (entry.before["state"], entry.after["state"]) == ("requested", "confirmed")
        assert Notice.objects.filter(person=engineer, kind="booking_approved").count() == 1

    def test_the_manager_and_a_superuser_approve_too(self, xrd, manager, member, engineer):
        """Custodians both."""
        perform(manager, approve_booking, ask(xrd, member, at(3, 9), at(3, 11)))
        perform(AdminFactory(), approve_booking, ask(xrd, engineer, at(3, 12), at(3, 13)))

    def test_nobody_else_approves(self, request_, engineer, member, outsider, ledger):
        """The owner, a colleague, another unit's steward, an officer: refused and on record."""
        kept = ledger()
        people = [engineer, member, outsider, make_officer()]
        for person in people:
            with pytest.raises(NotAllowed):
                perform(person, approve_booking, request_)
        assert kept.unchanged()
        refusals = Entry.objects.filter(verb="instruments.refused").order_by("sequence")
        assert [(e.actor_id, e.target_id, e.after["reason"]) for e in refusals] == [
            (p.pk, str(request_.pk), "own_request" if p == engineer else "no_right") for p in people
        ]

    @pytest.mark.parametrize("who", ["steward", "manager", "superuser"])
    def test_nobody_decides_on_a_request_of_his_own(self, xrd, steward, manager, who):
        """Whatever they are."""
        person = {"steward": steward, "manager": manager}.get(who) or AdminFactory()
        booking = ask(xrd, person, at(3, 9), at(3, 11))
        with pytest.raises(NotAllowed):
            perform(person, approve_booking, booking)
        with pytest.raises(NotAllowed):
            perform(person, decline_booking, booking, reason="x")

    def test_twice_is_a_wrong_state(self, request_, steward, ledger):
        """And changes nothing."""
        perform(steward, approve_booking, request_)
        kept = ledger()
        for act in (
            lambda: perform(steward, approve_booking, request_),
            lambda: perform(steward, decline_booking, request_, reason="x"),
        ):
            with pytest.raises(WrongBookingState) as refusal:
                act()
            assert refusal.value.booking_state == "confirmed"
        assert kept.unchanged()

    def test_an_expired_request_cannot_be_approved(self, request_, steward, monday):
        """Swept or not."""
        monday.move_to(NOW + dt.timedelta(hours=48))
        with pytest.raises(WrongBookingState) as refusal:
            perform(steward, approve_booking, request_)
        assert refusal.value.booking_state == "expired"


class TestDecline:
    """A custodian's no."""

    def test_the_time_is_free_again(self, request_, steward, member, xrd, verbs):
        """With the reason, told and on record."""
        booking = perform(steward, decline_booking, request_, reason=" 样品有毒 ")
        assert (booking.state, booking.reason, booking.ended_at) == (BookingState.DECLINED, "样品有毒", NOW)
        assert verbs()[-1] == "instruments.booking.declined"
        assert Notice.objects.get(kind="booking_declined").person == booking.person
        ask(xrd, member, at(3, 9), at(3, 11))

    def test_it_needs_a_reason_and_a_right(self, request_, steward, member, ledger):
        """Nothing changes."""
        kept = ledger()
        for reason in ("", "x" * 301, "\0"):
            with pytest.raises(RulesBroken):
                perform(steward, decline_booking, request_, reason=reason)
        with pytest.raises(NotAllowed):
            perform(member, decline_booking, request_, reason="x")
        assert kept.unchanged()


class TestCancel:
    """Giving time back."""

    def test_the_owner_until_the_cutoff(self, instrument, member, monday, ledger):
        """Two hours before is the last moment; a minute later only the steward can."""
        steward = make_steward(instrument)
        first, second = (
            ask(instrument, member, at(2, 9), at(2, 10)),
            ask(instrument, member, at(2, 11), at(2, 12)),
        )
        monday.move_to(at(2, 7))
        assert perform(member, cancel_booking, first, reason="样品未到").state == BookingState.CANCELLED
        assert Notice.objects.get(kind="booking_cancelled").person == steward
        monday.move_to(at(2, 9, 1))
        kept = ledger()
        with pytest.raises(RulesBroken) as refusal:
            perform(member, cancel_booking, second)
        assert [(p.rule, p.required) for p in refusal.value.problems] == [
            ("cancel_cutoff", "2026-03-04 09:00")
        ]
        assert kept.unchanged()
        assert perform(steward, cancel_booking, second).state == BookingState.CANCELLED
        assert Notice.objects.filter(kind="booking_cancelled", person=member).count() == 1

    def test_the_reason_is_kept_and_goes_on_record(self, instrument, member):
        """On the row and in the history, without the spaces around it."""
        held = ask(instrument, member, at(2, 9), at(2, 10))
        perform(member, cancel_booking, held, reason=" 样品未到 ")
        held.refresh_from_db()
        assert (held.state, held.reason, held.ended_at) == (BookingState.CANCELLED, "样品未到", NOW)
        entry = Entry.objects.get(verb="instruments.booking.cancelled")
        assert (entry.before["reason"], entry.after["reason"]) == ("", "样品未到")

    def test_nobody_after_the_start(self, instrument, member, monday):
        """Not even the steward."""
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        monday.move_to(at(2, 9))
        for person in (member, make_steward(instrument)):
            with pytest.raises(RulesBroken) as refusal:
                perform(person, cancel_booking, booking)
            assert refusal.value.problems[0].rule == "started"

    def test_strangers_and_final_states(self, instrument, member, engineer, ledger):
        """A stranger has no right; a second time is a wrong state; a reason has its length."""
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        with pytest.raises(NotAllowed):
            perform(engineer, cancel_booking, booking)
        with pytest.raises(RulesBroken):
            perform(member, cancel_booking, booking, reason="x" * 301)
        perform(member, cancel_booking, booking)
        kept = ledger()
        with pytest.raises(WrongBookingState):
            perform(member, cancel_booking, booking)
        assert kept.unchanged()

    def test_running_maintenance_until_it_ends(self, xrd, steward, monday):
        """Ready before time: the rest is free."""
        upkeep = perform(steward, book_maintenance, xrd, start=at(1, 0), end=at(3, 0), reason="换灯管")
        other = perform(steward, book_maintenance, xrd, start=at(3, 0), end=at(3, 12), reason="换灯管")
        monday.move_to(at(2, 0))
        assert perform(steward, cancel_booking, upkeep).state == BookingState.CANCELLED
        monday.move_to(at(3, 12))
        with pytest.raises(RulesBroken):
            perform(steward, cancel_booking, other)


class TestMove:
    """Another time, another instrument."""

    def test_where_no_approval_is_needed_it_stays_confirmed(self, instrument, member, verbs):
        """The new length has a new price; the old time is free, even where the two overlap."""
        steward = make_steward(instrument)
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        moved = perform(member, move_booking, booking, start=at(2, 9, 30), end=at(2, 11, 30))
        assert (moved.state, moved.version, moved.price) == (BookingState.CONFIRMED, 2, Decimal("240.00"))
        assert (moved.start, moved.end) == (at(2, 9, 30), at(2, 11, 30))
        assert verbs()[-1] == "instruments.booking.moved"
        entry = Entry.objects.order_by("-sequence").first()
        assert entry.before["start"] == "2026-03-04T01:00:00+00:00"
        assert Notice.objects.get(kind="booking_moved").person == steward
        ask(instrument, member, at(2, 8), at(2, 9, 30))

    def test_an_owner_asks_again_and_a_keeper_need_not(self, request_, steward, engineer):
        """Confirmed → moved by the owner → requested; moved by the steward → as it was."""
        booking = perform(steward, approve_booking, request_)
        moved = perform(engineer, move_booking, booking, start=at(3, 14), end=at(3, 15))
        assert (moved.state, moved.expires_at) == (BookingState.REQUESTED, NOW + dt.timedelta(hours=48))
        booking = perform(steward, approve_booking, moved)
        moved = perform(steward, move_booking, booking, start=at(4, 14), end=at(4, 15))
        assert moved.state == BookingState.CONFIRMED
        assert Notice.objects.filter(kind="booking_moved", person=engineer).count() == 1

    def test_to_another_instrument_with_its_own_rules(self, request_, engineer, member):
        """There no approval is needed, and the price is that one's; on the way back it asks again."""
        other = make_instrument()
        other.rates.filter(category="enterprise").update(yuan_per_hour=300)
        old = request_.instrument
        moved = perform(engineer, move_booking, request_, start=at(3, 9), end=at(3, 11), instrument=other)
        assert (moved.instrument, moved.state, moved.price) == (
            other,
            BookingState.CONFIRMED,
            Decimal("600.00"),
        )
        assert moved.expires_at is None
        ask(old, member, at(3, 9), at(3, 11))
        with pytest.raises(SlotTaken):
            perform(engineer, move_booking, moved, start=at(3, 9), end=at(3, 11), instrument=old)

    def test_a_taken_slot_refuses_and_changes_nothing(self, instrument, member, engineer, ledger):
        """With what is held and what is free."""
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        ask(instrument, engineer, at(2, 12), at(2, 13))
        kept = ledger()
        with pytest.raises(SlotTaken) as refusal:
            perform(member, move_booking, booking, start=at(2, 12), end=at(2, 13))
        assert [(c.start, c.end) for c in refusal.value.conflicts] == [(at(2, 12), at(2, 13))]
        assert [a.start for a in refusal.value.alternatives] == [at(2, h) for h in (13, 14, 15)]
        assert kept.unchanged()

    def test_past_the_lock_the_constraint_refuses(self, instrument, member, engineer, monkeypatch):
        """The same SlotTaken."""
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        ask(instrument, engineer, at(2, 12), at(2, 13))
        monkeypatch.setattr("instruments.booking.actions.slots._taken", lambda *_args: ([], [], []))
        with pytest.raises(SlotTaken):
            perform(member, move_booking, booking, start=at(2, 12), end=at(2, 13))

    def test_the_station_is_kept_where_it_can_be(self, member, engineer):
        """On station 2 it stays there; where 2 is held it goes to 1."""
        twin = make_instrument(station_count=2)
        booking = ask(twin, member, at(2, 9), at(2, 10), station=2)
        assert perform(member, move_booking, booking, start=at(2, 11), end=at(2, 12)).station == 2
        ask(twin, engineer, at(2, 13), at(2, 14), station=2)
        assert perform(member, move_booking, booking, start=at(2, 13), end=at(2, 14)).station == 1

    def test_rules_rights_and_states(self, instrument, member, engineer, monday, ledger):
        """All rules of a new booking and the cut-off of the old; strangers and final states."""
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        kept = ledger()
        with pytest.raises(NotAllowed):
            perform(engineer, move_booking, booking, start=at(3, 9), end=at(3, 10))
        with pytest.raises(ValueError, match="offset"):
            perform(member, move_booking, booking, start=at(3, 9).replace(tzinfo=None), end=at(3, 10))
        monday.move_to(at(2, 8))
        with pytest.raises(RulesBroken) as refusal:
            perform(member, move_booking, booking, start=at(2, 8, 10), end=at(2, 18, 20))
        assert [p.rule for p in refusal.value.problems] == ["cancel_cutoff", "too_long", "step", "notice"]
        assert kept.unchanged()
        monday.move_to(at(2, 9))
        with pytest.raises(RulesBroken) as refusal:
            perform(member, move_booking, booking, start=at(3, 9), end=at(3, 10))
        assert refusal.value.problems[0].rule == "started"
        Booking.objects.update(state=BookingState.CANCELLED)
        with pytest.raises(WrongBookingState):
            perform(member, move_booking, booking, start=at(3, 9), end=at(3, 10))

    def test_a_steward_sends_guests_only_where_he_keeps(self, instrument, member):
        """To another's instrument they have no right; to their own they have."""
        steward, foreign, own = (
            make_steward(instrument),
            make_instrument(),
            make_instrument(unit=instrument.unit),
        )
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        with pytest.raises(NotAllowed):
            perform(steward, move_booking, booking, start=at(2, 9), end=at(2, 10), instrument=foreign)
        own.stewardships.create(person=steward, valid_from=dt.date(2020, 1, 1))
        steward = type(steward).objects.get(pk=steward.pk)
        moved = perform(steward, move_booking, booking, start=at(2, 9), end=at(2, 10), instrument=own)
        assert moved.instrument == own

    def test_maintenance_moves_without_policy(self, xrd, steward):
        """Ten days, at night."""
        upkeep = perform(steward, book_maintenance, xrd, start=at(1, 0), end=at(3, 0), reason="换灯管")
        moved = perform(steward, move_booking, upkeep, start=at(5, 0), end=at(15, 0))
        assert (moved.state, moved.price) == (BookingState.CONFIRMED, Decimal(0))

    def test_moved_away_meanwhile_is_stale(self, instrument, member):
        """Read on one instrument, by then on another."""
        booking = ask(instrument, member, at(2, 9), at(2, 10))
        Booking.objects.update(instrument=make_instrument())
        with pytest.raises(StaleVersion):
            perform(member, move_booking, booking, start=at(3, 9), end=at(3, 10))


def test_every_action_refuses_every_illegal_state(instrument, steward, member):
    """States the table does not lead from are refused by each action, whoever acts."""
    keeper = make_steward(instrument)
    acts = {
        "approve": lambda b: perform(keeper, approve_booking, b),
        "decline": lambda b: perform(keeper, decline_booking, b, reason="x"),
        "cancel": lambda b: perform(keeper, cancel_booking, b),
        "move": lambda b: perform(keeper, move_booking, b, start=at(4, 9), end=at(4, 10)),
    }
    legal = {"requested": set(acts), "competing": set(acts), "confirmed": {"cancel", "move"}}
    hours = itertools.count()
    for state in BookingState.values:
        for verb, act in acts.items():
            if verb in legal.get(state, ()):
                continue
            start = at(2, 0) + dt.timedelta(hours=2 * next(hours))
            booking = BookingFactory(instrument=instrument, person=member, start=start, state=state)
            with pytest.raises(WrongBookingState):
                act(booking)
