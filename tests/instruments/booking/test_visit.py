"""Check-in, check-out and what time alone ends."""

import datetime as dt
from decimal import Decimal

import pytest

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments import tasks
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import (
    expire_requests,
    finish_maintenance,
    mark_no_shows,
    remind_bookings,
)
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.errors import UsageRefused
from instruments.usage.models import UsageRecord
from notices.models import Notice
from tests.factories.instruments import BookingFactory, UsageRecordFactory, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def booking(instrument, engineer):
    """Wednesday 09:00 to 12:00 for 720 yuan."""
    return perform(
        engineer,
        request_booking,
        instrument,
        start=at(2, 9),
        end=at(2, 12),
        purpose="相分析",
        purpose_kind="development",
    )


class TestCheckIn:
    """The visit begins."""

    @pytest.mark.parametrize(("hour", "minute"), [(8, 30), (9, 0), (11, 59)])
    def test_from_half_an_hour_before_until_the_end(self, booking, engineer, monday, verbs, hour, minute):
        """Owner; the moment is kept."""
        monday.move_to(at(2, hour, minute))
        found = perform(engineer, check_in, booking)
        assert (found.state, found.checked_in_at) == (BookingState.IN_USE, at(2, hour, minute))
        assert verbs()[-1] == "instruments.booking.checked_in"

    @pytest.mark.parametrize(
        ("moment", "rule", "required"),
        [
            (NOW, "check_in_early", "2026-03-04 08:30"),
            (at(2, 8, 29), "check_in_early", "2026-03-04 08:30"),
            (at(2, 12), "check_in_late", "2026-03-04 12:00"),
        ],
    )
    def test_not_before_and_not_after(self, booking, engineer, monday, ledger, moment, rule, required):
        """Nothing changes."""
        kept = ledger()
        monday.move_to(moment)
        with pytest.raises(RulesBroken) as refusal:
            perform(engineer, check_in, booking)
        assert [(p.rule, p.required) for p in refusal.value.problems] == [(rule, required)]
        assert kept.unchanged()

    def test_rights_and_states(self, booking, instrument, engineer, member, monday):
        """A stranger may not, a steward may, and only once; maintenance is no visit."""
        monday.move_to(at(2, 9))
        with pytest.raises(NotAllowed):
            perform(member, check_in, booking)
        steward = make_steward(instrument)
        perform(steward, check_in, booking)
        with pytest.raises(WrongBookingState):
            perform(engineer, check_in, booking)
        upkeep = perform(steward, book_maintenance, instrument, start=at(2, 13), end=at(2, 15), reason="保养")
        monday.move_to(at(2, 13))
        with pytest.raises(WrongBookingState):
            perform(steward, check_in, upkeep)


class TestCheckOut:
    """The visit ends and leaves its record."""

    def test_the_record_says_what_happened(self, booking, engineer, monday, verbs):
        """In 09:10, out 11:40: 2.50 hours, 720 yuan, external."""
        monday.move_to(at(2, 9, 10))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 11, 40))
        done = perform(engineer, check_out, booking, samples=4)
        assert (done.state, done.checked_out_at, done.end) == (
            BookingState.COMPLETED,
            at(2, 11, 40),
            at(2, 12),
        )
        usage = UsageRecord.objects.get()
        assert (usage.start, usage.end, usage.record_id) == (
            at(2, 9, 10),
            at(2, 11, 40),
            f"B-{booking.pk.hex[:20]}",
        )
        assert (usage.effective_hours, usage.measurement_hours) == (Decimal("2.50"), Decimal("2.50"))
        assert (usage.income, usage.samples, usage.purpose) == (Decimal("720.00"), 4, "development")
        assert (usage.user_kind, usage.source) == (UserKind.EXTERNAL, UsageSource.BOOKING)
        assert (usage.person, usage.booking, usage.unit) == (engineer, booking, booking.instrument.unit)
        assert (usage.user_name, usage.user_unit) == (engineer.display_name, "测试企业")
        assert verbs()[-2:] == ["instruments.booking.completed", "instruments.usage.recorded"]

    def test_a_colleague_is_an_internal_user(self, instrument, monday):
        """60 yuan an hour for two hours."""
        colleague = PersonFactory(home_unit=instrument.unit)
        booking = perform(
            colleague, request_booking, instrument, start=at(2, 9), end=at(2, 11), purpose="相分析"
        )
        monday.move_to(at(2, 9))
        perform(colleague, check_in, booking)
        monday.move_to(at(2, 11))
        perform(colleague, check_out, booking, effective_hours=Decimal("1.75"))
        usage = UsageRecord.objects.get()
        assert (usage.user_kind, usage.effective_hours, usage.income) == (
            "internal",
            Decimal("1.75"),
            Decimal("120.00"),
        )

    def test_leaving_early_frees_the_rest_and_keeps_the_price(self, booking, engineer, member, monday):
        """Out at 10:10: free from 10:30; the history has both ends."""
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 10, 10))
        done = perform(engineer, check_out, booking)
        assert (done.end, done.price) == (at(2, 10, 30), Decimal("720.00"))
        entry = Entry.objects.get(verb="instruments.booking.completed")
        assert (entry.before["end"], entry.after["end"]) == (
            "2026-03-04T04:00:00+00:00",
            "2026-03-04T02:30:00+00:00",
        )
        perform(
            member, request_booking, booking.instrument, start=at(2, 11, 30), end=at(2, 12), purpose="相分析"
        )

    def test_leaving_late_stops_at_the_next_booking(self, booking, engineer, member, monday):
        """Booked until 12:00, out at 13:20, the next from 13:00: the record ends at 13:00."""
        perform(member, request_booking, booking.instrument, start=at(2, 13), end=at(2, 14), purpose="相分析")
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 13, 20))
        done = perform(engineer, check_out, booking)
        assert done.end == at(2, 12)
        usage = UsageRecord.objects.get()
        assert (usage.start, usage.end, usage.effective_hours) == (at(2, 9), at(2, 13), Decimal("4.00"))

    def test_arriving_early_counts_from_the_booked_start(self, booking, engineer, monday):
        """In at 08:30, out at 10:00: one hour."""
        monday.move_to(at(2, 8, 30))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 10))
        perform(engineer, check_out, booking)
        assert UsageRecord.objects.get().effective_hours == Decimal("1.00")

    def test_a_record_already_there_is_not_doubled(self, booking, engineer, monday):
        """The steward has written all of it down: the visit leaves none of its own."""
        UsageRecordFactory(instrument=booking.instrument, start=at(2, 9), end=at(2, 12))
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 11))
        assert perform(engineer, check_out, booking).state == BookingState.COMPLETED
        assert UsageRecord.objects.count() == 1

    def test_a_steward_tells_the_time_later(self, booking, instrument, engineer, monday):
        """At 18:00 the steward writes down that the guest left at 11:00."""
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 18))
        perform(make_steward(instrument), check_out, booking, at=at(2, 11))
        assert UsageRecord.objects.get().end == at(2, 11)

    def test_refusals_change_nothing(self, booking, engineer, member, monday, ledger):
        """State, right, time, figures."""
        with pytest.raises(WrongBookingState):
            perform(engineer, check_out, booking)
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 11))
        kept = ledger()
        with pytest.raises(NotAllowed):
            perform(member, check_out, booking)
        for moment in (at(2, 9), at(2, 11, 1)):
            with pytest.raises(RulesBroken):
                perform(engineer, check_out, booking, at=moment)
        with pytest.raises(ValueError, match="offset"):
            perform(engineer, check_out, booking, at=at(2, 10).replace(tzinfo=None))
        for hours in ("2.01", "-1", "0.001", "NaN"):
            with pytest.raises(UsageRefused) as refusal:
                perform(engineer, check_out, booking, effective_hours=Decimal(hours))
            assert list(refusal.value.fields) == ["effective_hours"]
        with pytest.raises(UsageRefused) as refusal:
            perform(engineer, check_out, booking, samples=-1)
        assert list(refusal.value.fields) == ["samples"]
        assert kept.unchanged()
        assert UsageRecord.objects.count() == 0


class TestSweeps:
    """The system acts; twice is once."""

    def test_requests_expire(self, xrd, steward, engineer, monday, verbs):
        """At their time, not before; their owner is told."""
        booking = perform(engineer, request_booking, xrd, start=at(4, 9), end=at(4, 10), purpose="相分析")
        late = NOW + dt.timedelta(hours=48)
        assert expire_requests(late - dt.timedelta(seconds=1)) == 0
        monday.move_to(late)
        assert (expire_requests(late), expire_requests(late)) == (1, 0)
        booking.refresh_from_db()
        assert (booking.state, booking.ended_at, booking.version) == (BookingState.EXPIRED, late, 2)
        assert Notice.objects.get(kind="booking_expired").person == engineer
        assert verbs()[-1] == "instruments.booking.expired"
        assert Entry.objects.order_by("-sequence").first().actor is None

    def test_missed_bookings_free_their_time(self, booking, engineer, member, monday):
        """Thirty minutes late is a no-show; nothing but the request of somebody else is left."""
        assert mark_no_shows(at(2, 9, 29)) == 0
        monday.move_to(at(2, 9, 30))
        assert (mark_no_shows(at(2, 9, 30)), mark_no_shows(at(2, 9, 30))) == (1, 0)
        booking.refresh_from_db()
        assert booking.state == BookingState.NO_SHOW
        assert Notice.objects.get(kind="booking_no_show").person == engineer
        perform(
            member, request_booking, booking.instrument, start=at(2, 10, 30), end=at(2, 12), purpose="相分析"
        )

    def test_maintenance_is_not_missed_but_finished(self, instrument, monday):
        """At its end."""
        steward = make_steward(instrument)
        upkeep = perform(steward, book_maintenance, instrument, start=at(0, 10), end=at(0, 12), reason="保养")
        monday.move_to(at(0, 12))
        assert mark_no_shows(at(0, 12)) == 0
        assert (finish_maintenance(at(0, 12)), finish_maintenance(at(0, 12))) == (1, 0)
        upkeep.refresh_from_db()
        assert upkeep.state == BookingState.COMPLETED

    def test_a_reminder_comes_once_and_not_for_fresh_bookings(self, booking, engineer, member, monday):
        """24 hours before; who books for tomorrow morning needs none."""
        monday.move_to(at(1, 9))
        BookingFactory(
            instrument=booking.instrument,
            person=member,
            start=at(2, 7),
            end=at(2, 8),
            requested_at=at(1, 8, 59),
        )
        assert remind_bookings(at(1, 8, 59)) == 0
        assert (remind_bookings(at(1, 9)), remind_bookings(at(1, 9))) == (1, 0)
        assert Notice.objects.get(kind="booking_reminder").person == engineer

    def test_the_tasks_call_the_sweeps(self, booking, xrd, steward, engineer, monday):
        """By the names the schedule knows."""
        perform(engineer, request_booking, xrd, start=at(4, 9), end=at(4, 10), purpose="相分析")
        monday.move_to(at(1, 12))
        tasks.remind_bookings_now.apply()
        assert Notice.objects.filter(kind="booking_reminder").count() == 1
        monday.move_to(at(2, 10))
        tasks.expire_requests_now.apply()
        tasks.mark_no_shows_now.apply()
        assert Notice.objects.filter(kind__in=["booking_expired", "booking_no_show"]).count() == 2
        assert tasks.expire_requests_now.name == "instruments.expire_requests"
        assert tasks.mark_no_shows_now.name == "instruments.mark_no_shows"
        assert tasks.remind_bookings_now.name == "instruments.remind_bookings"


class TestForgottenCheckOut:
    """Idle time is no effective time: what nobody closed does not go on counting."""

    def test_long_after_the_end_the_booked_end_counts(self, booking, engineer, monday):
        """In at 09:00, booked until 12:00, closed three days later: 3.00 hours."""
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(5, 9))
        done = perform(engineer, check_out, booking)
        assert (done.checked_out_at, done.end) == (at(2, 12), at(2, 12))
        assert UsageRecord.objects.get().effective_hours == Decimal("3.00")

    def test_up_to_two_hours_over_counts(self, booking, engineer, monday):
        """14:00 is two hours over: 5.00 hours; a minute later it is taken for forgotten."""
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2, 14))
        assert perform(engineer, check_out, booking).checked_out_at == at(2, 14)
        assert UsageRecord.objects.get().effective_hours == Decimal("5.00")

    def test_a_stated_time_counts_whenever_it_is_said(self, booking, engineer, monday):
        """Left at 13:30, told the next day: 4.50 hours."""
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(3, 9))
        perform(engineer, check_out, booking, at=at(2, 13, 30))
        assert UsageRecord.objects.get().effective_hours == Decimal("4.50")

    def test_more_than_a_year_later_it_still_ends(self, booking, engineer, monday):
        """No line stays open for ever."""
        monday.move_to(at(2, 9))
        perform(engineer, check_in, booking)
        monday.move_to(at(2 + 400, 9))
        assert perform(engineer, check_out, booking).state == BookingState.COMPLETED
        assert UsageRecord.objects.get().effective_hours == Decimal("3.00")


@pytest.mark.parametrize("of_booking", [lambda pk: f"B-{pk.hex[:20]}", str], ids=["number", "key"])
def test_a_record_under_the_bookings_number_is_corrected(
    booking, engineer, instrument, monday, verbs, of_booking
):
    """The unit's own system was faster: check-out goes through, and its record replaces that one."""
    monday.move_to(at(2, 9))
    perform(engineer, check_in, booking)
    early = UsageRecordFactory(
        instrument=instrument, record_id=of_booking(booking.pk), start=at(2, 9), end=at(2, 10),
        measurement_hours=Decimal("1.00"), source=UsageSource.API,
    )  # fmt: skip
    monday.move_to(at(2, 12))
    perform(engineer, check_out, booking)
    early.refresh_from_db()
    record = UsageRecord.objects.current().get()
    assert (early.is_current, record.corrects, record.booking) == (False, early, booking)
    assert (record.effective_hours, record.source) == (Decimal("3.00"), UsageSource.BOOKING)
    assert verbs()[-2:] == ["instruments.booking.completed", "instruments.usage.corrected"]
