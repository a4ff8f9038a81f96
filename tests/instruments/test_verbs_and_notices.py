"""Every verb of the history and every kind of notice of instruments, bookings and usage, each asserted by name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine

from audit.models import Entry
from audit.vocabulary import verbs as known_verbs
from changes import perform
from changes.dependants import CANCEL, KEEP, OFFER
from changes.errors import NotAllowed
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import (
    end_forgotten_visits,
    expire_requests,
    finish_maintenance,
    mark_no_shows,
    remind_bookings,
)
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.models import Booking
from instruments.inventory.actions.instruments import (
    InstrumentData,
    change_instrument,
    change_state,
    create_instrument,
)
from instruments.inventory.actions.reference import load_reference, rename_class, rename_field
from instruments.inventory.actions.stewards import end_stewardship, give_stewardship
from instruments.inventory.models import ApplicationField, InstrumentClass, Stewardship
from instruments.terms.actions.holidays import set_holiday
from instruments.terms.actions.links import set_links
from instruments.terms.actions.policies import set_policy, set_unit_policy
from instruments.terms.actions.terms import (
    add_exception,
    remove_exception,
    set_opening,
    set_rate,
    take_back_rate,
)
from instruments.terms.models import Rate
from instruments.terms.rules.limits import PolicyData
from instruments.terms.rules.opening import WeeklyPeriod
from instruments.usage.actions.ending import agree_usage, void_usage
from instruments.usage.actions.usage import correct_usage, record_usage
from instruments.usage.enums import UsageSource
from instruments.usage.models import UsageRecord
from instruments.usage.rules.usage_entries import UsageEntry
from notices.kinds import registered
from notices.models import Notice
from tests.factories.instruments import InstrumentFactory, make_instrument, make_steward
from tests.factories.members import (
    EnterprisePersonFactory,
    UnitFactory,
    UnitRoleFactory,
    make_manager,
    make_officer,
)
from tests.instruments.moments import NOW, at

pytestmark = pytest.mark.django_db

VERBS = {
    f"instruments.{verb}"
    for verb in (
        *(
            "booking.approved",
            "booking.cancelled",
            "booking.checked_in",
            "booking.waived",
            "booking.completed",
            "booking.confirmed",
        ),
        *("booking.competes", "booking.handed_over", "booking.lost"),
        *("booking.declined", "booking.expired", "booking.moved", "booking.no_show", "booking.requested"),
        *("bundle.given_back", "bundle.made"),
        *("calendar.ended", "calendar.made", "series.made"),
        *("booking.offered", "booking.offer_lapsed", "booking.offer_let_go", "booking.offer_taken"),
        *(
            "booking.offer_withdrawn",
            "wait.changed",
            "wait.expired",
            "wait.joined",
            "wait.served",
            "wait.withdrawn",
        ),
        *("fault.acknowledged", "fault.ended", "fault.regraded", "fault.reported"),
        *("breakdown.changed", "breakdown.ended", "breakdown.reported"),
        *("booking.in_doubt", "booking.stands"),
        *("deputy.ended", "deputy.named"),
        *("attachment.added", "message.read", "message.sent", "reply.removed", "reply.saved"),
        *("upkeep.done", "upkeep.ended", "upkeep.planned"),
        *(
            "class.renamed",
            "field.renamed",
            "instrument.changed",
            "instrument.created",
            "instrument.state_changed",
        ),
        *(
            "holiday.set",
            "links.changed",
            "opening.changed",
            "policy.changed",
            "unit_policy.changed",
            "rate.set",
            "rate.taken_back",
            "refused",
            "stewardship.ended",
        ),
        *(
            "stewardship.given",
            "usage.agreed",
            "usage.corrected",
            "usage.moved",
            "usage.recorded",
            "usage.voided",
        ),
    )
}
KINDS = {
    f"booking_{kind}"
    for kind in (
        *(
            "approved",
            "attachment",
            "cancelled",
            "confirmed",
            "declined",
            "escalated",
            "expired",
            "given_back",
            "in_doubt",
            "kept",
            "message",
            "moved",
            "moved_away",
            "no_show",
            "reminder",
            "reseated",
        ),
        *("competes", "handed_over", "lost", "received"),
        *("requested", "stands", "taken_away", "to_move", "undecided"),
    )
}


class Desk:
    """Somebody acts; what came of it in the history, and who was told what."""

    def __init__(self) -> None:
        self.verbs: list[str] = []
        self.told: list[tuple[str, object]] = []

    def by(self, person, action, *args, **kwargs):
        """Do one change."""
        return self.watch(lambda: perform(person, action, *args, **kwargs))

    def watch(self, act):
        """Note what was written meanwhile."""
        entries, notices = newest(Entry), newest(Notice)
        done = act()
        self.verbs = list(Entry.objects.filter(pk__gt=entries).order_by("pk").values_list("verb", flat=True))
        told = Notice.objects.filter(pk__gt=notices).order_by("pk")
        self.told = [(notice.kind, notice.person) for notice in told]
        return done

    def said(self, *verbs: str) -> bool:
        """Whether these, and no others, came of the last change."""
        assert self.verbs == [f"instruments.{verb}" for verb in verbs]
        return True


def newest(model) -> int:
    """The highest key."""
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@pytest.fixture
def clock():
    """Monday 09:00, moved by hand."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db):
    """A desk."""
    return Desk()


def test_the_lists_are_those_of_the_registers():
    """A new verb or kind has its test here; one that is gone is missed."""
    assert {verb for verb in known_verbs() if verb.startswith("instruments.")} == VERBS
    assert {kind for kind in registered() if kind.startswith("booking_")} == KINDS


def test_a_booking_from_its_wish_to_its_record(desk, clock):
    """Asked for, approved, moved, begun, ended, corrected, moved to another instrument, voided."""
    xrd = make_instrument(policy={"approval_required": True})
    beside, steward, engineer = make_instrument(unit=xrd.unit), make_steward(xrd), EnterprisePersonFactory()
    manager = make_manager(xrd.unit)
    wish = {"start": at(2, 9), "end": at(2, 11), "purpose": "相分析"}

    booking = desk.by(engineer, request_booking, xrd, **wish)
    assert desk.said("booking.requested")
    assert desk.told == [("booking_requested", steward)]
    booking = desk.by(steward, approve_booking, booking)
    assert desk.said("booking.approved")
    assert desk.told == [("booking_approved", engineer)]
    booking = desk.by(steward, move_booking, booking, start=at(2, 12), end=at(2, 14))
    assert desk.said("booking.moved")
    assert desk.told == [("booking_moved", engineer)]
    booking = desk.by(steward, move_booking, booking, start=at(2, 12), end=at(2, 22), waive="样品易变质")
    assert desk.said("booking.moved", "booking.waived")
    booking = desk.by(steward, move_booking, booking, start=at(2, 12), end=at(2, 14))
    clock.move_to(at(1, 13))
    desk.watch(lambda: remind_bookings(at(1, 13)))
    assert desk.said()
    assert desk.told == [("booking_reminder", engineer)]
    clock.move_to(at(2, 12))
    booking = desk.by(engineer, check_in, booking)
    assert desk.said("booking.checked_in")
    assert desk.told == []
    clock.move_to(at(2, 14))
    desk.by(engineer, check_out, booking)
    assert desk.said("booking.completed", "usage.recorded")
    record = desk.by(steward, correct_usage, UsageRecord.objects.get(), reason="多记", samples=9)
    assert desk.said("usage.corrected")
    record = desk.by(manager, correct_usage, record, reason="上错机", instrument=beside)
    assert desk.said("usage.moved")
    desk.by(manager, void_usage, record, reason="从未上机")
    assert desk.said("usage.voided")


def test_wishes_that_come_to_nothing(desk, clock):
    """Declined, expired, missed, cancelled; and upkeep that ends by itself."""
    xrd = make_instrument(policy={"approval_required": True, "cancel_cutoff_minutes": 0})
    open_to_all, steward, engineer = make_instrument(), make_steward(xrd), EnterprisePersonFactory()
    wish = {"start": at(2, 9), "end": at(2, 11), "purpose": "相分析"}
    booking = desk.by(engineer, request_booking, xrd, **wish)
    desk.by(steward, decline_booking, booking, reason="检修")
    assert desk.said("booking.declined")
    assert desk.told == [("booking_declined", engineer)]
    booking = desk.by(engineer, request_booking, xrd, **wish)
    clock.move_to(booking.expires_at)
    desk.watch(lambda: expire_requests(booking.expires_at))
    assert desk.said("booking.expired")
    assert desk.told == [("booking_expired", engineer)]
    clock.move_to(NOW)
    booking = desk.by(engineer, request_booking, open_to_all, **wish)
    assert desk.said("booking.confirmed")
    assert desk.told == [("booking_confirmed", engineer)]
    clock.move_to(at(2, 11))
    desk.watch(lambda: mark_no_shows(at(2, 11)))
    assert desk.said("booking.no_show")
    assert desk.told == [("booking_no_show", engineer)]
    booking = desk.by(engineer, request_booking, xrd, start=at(4, 9), end=at(4, 10), purpose="再试")
    desk.by(engineer, cancel_booking, booking)
    assert desk.said("booking.cancelled")
    assert desk.told == [("booking_cancelled", steward)]
    desk.by(steward, book_maintenance, xrd, start=at(5, 9), end=at(5, 10), reason="保养")
    assert desk.said("booking.confirmed")
    clock.move_to(at(5, 10))
    desk.watch(lambda: finish_maintenance(at(5, 10)))
    assert desk.said("booking.completed")
    with pytest.raises(NotAllowed):
        desk.by(engineer, book_maintenance, xrd, start=at(6, 9), end=at(6, 10), reason="保养")
    assert Entry.objects.order_by("-pk")[0].verb == "instruments.refused"


def test_a_record_that_nobody_wrote_is_confirmed(desk, clock):
    """A visit that nobody ended; and records from elsewhere."""
    xrd, engineer = make_instrument(), EnterprisePersonFactory()
    steward = make_steward(xrd)
    booking = perform(engineer, request_booking, xrd, start=at(2, 9), end=at(2, 11), purpose="相分析")
    clock.move_to(at(2, 9))
    perform(engineer, check_in, booking)
    clock.move_to(at(3, 9))
    desk.watch(lambda: end_forgotten_visits(at(3, 9)))
    assert desk.said("booking.completed", "usage.recorded")
    desk.by(steward, agree_usage, UsageRecord.objects.get())
    assert desk.said("usage.agreed")
    entry = UsageEntry(
        record_id="K1", instrument_code=xrd.code, start=at(2, 15), end=at(2, 17), effective_hours=Decimal(2),
        user_kind="external", purpose="research", samples=1, income=Decimal(480), user_name="李四", user_unit="一厂",
    )  # fmt: skip
    desk.by(steward, record_usage, [entry], source=UsageSource.API)
    assert desk.said("usage.recorded")


@pytest.mark.parametrize(
    ("choice", "kind", "verbs"),
    [
        (CANCEL, "booking_taken_away", ["booking.cancelled"]),
        (OFFER, "booking_to_move", []),
        (KEEP, "booking_in_doubt", []),
    ],
)
def test_whoever_is_hit_is_told(desk, clock, choice, kind, verbs):
    """By a closure, for each thing that can become of the booking."""
    xrd, engineer = make_instrument(), EnterprisePersonFactory()
    steward = make_steward(xrd)
    booking = perform(engineer, request_booking, xrd, start=at(2, 9), end=at(2, 11), purpose="相分析")
    closure = {"start": at(2, 0), "end": at(3, 0), "is_open": False, "reason": "停电"}
    desk.by(steward, add_exception, xrd, **closure, choices={str(booking.pk): choice})
    assert sorted(desk.verbs) == sorted(f"instruments.{verb}" for verb in [*verbs, "opening.changed"])
    assert desk.told == [(kind, engineer)]
    assert Booking.objects.get().state == ("cancelled" if verbs else "confirmed")


def test_an_instrument_and_its_terms(desk, clock):
    """Added, changed, taken out of service; hours, rules, prices, stewards; names of classes and fields."""
    perform(None, load_reference)
    unit, officer = UnitFactory(), make_officer()
    model, field = InstrumentClass.objects.get(code="010301"), ApplicationField.objects.get(code="430")
    data = InstrumentData(
        unit=unit, inner_id="1", name_zh="衍射仪", instrument_class=model, fields=(field,), funding=("own",),
        original_value=Decimal(500000), started_on=dt.date(2020, 1, 1), region=unit.region,
    )  # fmt: skip
    one = desk.by(officer, create_instrument, data)
    assert desk.said("instrument.created")
    one = desk.by(officer, change_instrument, one, replace(data, code=one.code, model="D8"))
    assert desk.said("instrument.changed")
    desk.by(officer, change_state, one, "under_repair", note="光管")
    assert desk.said("instrument.state_changed")
    desk.by(officer, set_opening, one, [WeeklyPeriod(0, 480, 720)])
    assert desk.said("opening.changed")
    desk.by(officer, set_links, one, [InstrumentFactory(unit=unit).code])
    assert desk.said("links.changed")
    closure = desk.by(officer, add_exception, one, start=at(2, 0), end=at(3, 0), is_open=False)
    assert desk.said("opening.changed")
    desk.by(officer, remove_exception, closure)
    assert desk.said("opening.changed")
    desk.by(
        officer, set_holiday, None, day=at(300, 0).date(), works_like=None, name_zh="元旦", name_en="New Year"
    )
    assert desk.said("holiday.set")
    desk.by(officer, set_policy, one, PolicyData(horizon_days=30))
    assert desk.said("policy.changed")
    desk.by(officer, set_unit_policy, unit, PolicyData(horizon_days=30))
    assert desk.said("unit_policy.changed")
    desk.by(officer, set_rate, one, "member", Decimal(100), dt.date(2026, 4, 1))
    assert desk.said("rate.set")
    desk.by(officer, take_back_rate, Rate.objects.get())
    assert desk.said("rate.taken_back")
    person = UnitRoleFactory(unit=unit, kind="steward").person
    desk.by(officer, give_stewardship, one, person)
    assert desk.said("stewardship.given")
    kept = Stewardship.objects.get()
    desk.by(officer, end_stewardship, kept, choices={f"stewardship-{kept.pk}": "keep"})
    assert desk.said("stewardship.ended")
    desk.by(officer, rename_class, model, name_zh="衍射", name_en="Diffraction")
    assert desk.said("class.renamed")
    desk.by(officer, rename_field, field, name_zh="材料", name_en="Materials")
    assert desk.said("field.renamed")
