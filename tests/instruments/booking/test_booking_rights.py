"""Who may do what, and that missing and forbidden look the same."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from instruments.booking.enums import BookingState
from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import (
    bookings_visible_to,
    recipients_of,
)
from instruments.desk.queries import kept
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.guarded import editable_instrument_for, instrument_for, kept_instrument_for
from instruments.inventory.models import Stewardship
from instruments.inventory.permissions import forget_stewarded, is_custodian, stewarded_by
from instruments.usage.guarded import usage_record_for
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from members.permissions import can
from tests.factories.instruments import (
    BookingFactory,
    UsageRecordFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import (
    AdminFactory,
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
    make_expert,
    make_manager,
    make_officer,
)
from tests.instruments.moments import at

pytestmark = pytest.mark.django_db

TABLE = {
    # who: verbs they may do on an instrument of unit A, on a booking of `owner` there, on a record there, on unit A
    "anonymous": {"view_instrument"},
    "owner": {
        *("view_instrument", "book_instrument", "view_booking", "cancel_booking", "move_booking"),
        *("check_in_booking", "check_out_booking"),
    },
    "stranger": {"view_instrument", "book_instrument"},
    "expert": {"view_instrument", "book_instrument"},
    "other_steward": {"view_instrument", "book_instrument"},
    "viewer": {"view_instrument", "book_instrument", "view_booking", "view_usage"},
    "officer": {
        *("view_instrument", "book_instrument", "view_booking", "view_usage", "create_instrument"),
        *("edit_instrument", "change_instrument_state", "edit_terms", "edit_stewards"),
    },
    "steward": {
        *("view_instrument", "book_instrument", "book_for_others", "book_maintenance", "keep_instrument"),
        *("edit_instrument", "change_instrument_state", "edit_terms", "view_booking", "approve_booking"),
        *("decline_booking", "cancel_booking", "move_booking", "check_in_booking", "check_out_booking"),
        *("record_usage", "correct_usage", "view_usage"),
    },
}
TABLE["manager"] = TABLE["steward"] | {"create_instrument", "edit_stewards"}
TABLE["superuser"] = TABLE["manager"]
ALL = TABLE["superuser"]


@pytest.mark.parametrize("who", TABLE)
def test_the_table_of_rights(who):
    """Every role against every verb."""
    instrument = make_instrument()
    owner = PersonFactory()
    people = {
        "anonymous": AnonymousUser,
        "owner": lambda: owner,
        "stranger": PersonFactory,
        "expert": make_expert,
        "other_steward": lambda: make_steward(make_instrument()),
        "viewer": lambda: UnitRoleFactory(unit=instrument.unit, kind="viewer").person,
        "officer": make_officer,
        "steward": lambda: make_steward(instrument),
        "manager": lambda: make_manager(instrument.unit),
        "superuser": AdminFactory,
    }
    person = people[who]()
    booking = BookingFactory(instrument=instrument, person=owner)
    record = UsageRecordFactory(instrument=instrument)
    objects = {verb: booking for verb in ALL if verb.endswith("_booking")}
    objects |= {"view_usage": record, "correct_usage": record, "create_instrument": instrument.unit}
    assert {verb for verb in ALL if can(person, verb, objects.get(verb, instrument))} == TABLE[who]
    for verb in ALL - {"view_instrument", "book_instrument"}:
        assert not can(person, verb, None)


def test_an_unknown_verb_is_a_programmers_mistake():
    """Verbs of the members app are answered there."""
    with pytest.raises(ValueError, match="fly"):
        can(PersonFactory(), "fly")
    unit = make_instrument().unit
    assert can(make_manager(unit), "manage_unit", unit)


def test_a_stewardship_ends(monday):
    """Valid to is the first day without it; a person's own object forgets when told."""
    instrument = make_instrument()
    link = Stewardship.objects.get(person=make_steward(instrument))
    assert stewarded_by(link.person) == {instrument.pk}
    link.valid_to = "2026-03-02"
    link.save()
    forget_stewarded(link.person)
    assert stewarded_by(link.person) == frozenset()


@pytest.mark.parametrize("kind", ["ended", "elsewhere", "viewer"])
def test_who_is_no_steward_of_the_unit_keeps_nothing_of_it(monday, kind):
    """The stewardship still stands, but the role in the owning unit has ended, is another unit's, or another role."""
    instrument = make_instrument()
    person = make_steward(instrument)
    assert is_custodian(person, instrument)
    change = {
        "ended": {"valid_to": "2026-03-02"},
        "elsewhere": {"unit": UnitFactory()},
        "viewer": {"kind": UnitRoleKind.VIEWER},
    }
    UnitRole.objects.filter(person=person).update(**change[kind])
    person = Person.objects.get(pk=person.pk)
    booking = BookingFactory(instrument=instrument, state=BookingState.REQUESTED, start=at(3, 9))
    assert not is_custodian(person, instrument)
    assert not can(person, "approve_booking", booking)
    assert person not in recipients_of(instrument, but=booking.person)
    assert kept(person) == []


def test_missing_and_forbidden_are_the_same():
    """Bookings, usage records, hidden instruments, and what is no address at all."""
    instrument = make_instrument(sharing_mode=SharingMode.NOT_SHARED)
    booking = BookingFactory(instrument=instrument)
    record = UsageRecordFactory(instrument=instrument)
    steward, stranger = make_steward(instrument), PersonFactory()
    assert instrument_for(steward, instrument.code) == instrument
    assert kept_instrument_for(steward, instrument.code) == instrument
    assert editable_instrument_for(steward, instrument.code) == instrument
    assert booking_for(booking.person, str(booking.pk)) == booking
    assert usage_record_for(steward, record.pk) == record
    colleague = PersonFactory(home_unit=instrument.unit)
    assert instrument_for(colleague, instrument.code) == instrument
    for fetch in (
        lambda: instrument_for(stranger, instrument.code),
        lambda: instrument_for(AnonymousUser(), instrument.code),
        lambda: instrument_for(stranger, "NO-SUCH"),
        lambda: instrument_for(stranger, "A\0"),
        lambda: kept_instrument_for(colleague, instrument.code),
        lambda: booking_for(stranger, booking.pk),
        lambda: booking_for(stranger, uuid.uuid4()),
        lambda: booking_for(stranger, "nonsense"),
        lambda: usage_record_for(stranger, record.pk),
    ):
        with pytest.raises(Http404) as missing:
            fetch()
        assert not missing.value.args


def test_a_retired_instrument_leaves_the_public():
    """Its unit still sees it."""
    instrument = make_instrument(state=InstrumentState.RETIRED)
    with pytest.raises(Http404):
        instrument_for(PersonFactory(), instrument.code)
    assert instrument_for(make_officer(), instrument.code) == instrument


@pytest.mark.parametrize("who", ["owner", "steward", "manager", "viewer", "officer", "stranger"])
def test_the_list_is_that_of_the_right_one_by_one(who):
    """Two units, two instruments each: a steward of one instrument sees nothing of the one beside it."""
    units = [UnitFactory(), UnitFactory()]
    instruments = [make_instrument(unit=unit) for unit in units for _number in range(2)]
    owner = PersonFactory()
    for instrument in instruments:
        for person in (owner, PersonFactory()):
            BookingFactory(instrument=instrument, person=person, start=at(2 + (person == owner), 9))
    person = {
        "owner": lambda: owner,
        "steward": lambda: make_steward(instruments[0]),
        "manager": lambda: make_manager(units[0]),
        "viewer": lambda: UnitRoleFactory(unit=units[0], kind="viewer").person,
        "officer": make_officer,
        "stranger": PersonFactory,
    }[who]()
    rows = Booking.objects.select_related("instrument")
    seen = {row for row in rows if can(person, "view_booking", row)}
    assert set(bookings_visible_to(person)) == seen
    assert (
        len(seen) == {"owner": 4, "steward": 2, "manager": 4, "viewer": 4, "officer": 8, "stranger": 0}[who]
    )
