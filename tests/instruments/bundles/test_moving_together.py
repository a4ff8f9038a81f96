"""Bookings that stand together move together or not at all."""

from __future__ import annotations

import pytest
from django.utils import translation

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.handing_over import hand_over
from instruments.booking.actions.requests import request_booking
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.terms.models import BookingPolicy
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager
from tests.instruments.bundles.conftest import OFFICE
from tests.instruments.bundles.linked import ask, rules, times
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture(autouse=True)
def english():
    """Sentences are read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def made(member, pair):
    """A set of both on Tuesday from 9 to 11."""
    return ask(member, pair, at(1, 9), at(1, 11))


@pytest.mark.parametrize("which", [0, 1])
def test_all_move_with_one(made, pair, member, which):
    """Whichever of them is moved, also to a time that overlaps the old one."""
    booking = Booking.objects.get(instrument=pair[which])
    moved = perform(member, move_booking, booking, start=at(1, 10), end=at(1, 12), seen=booking.version)
    assert moved.pk == booking.pk
    assert times() == [
        ("AAA-SCOPE", at(1, 10), at(1, 12), "confirmed"),
        ("AAA-STAGE", at(1, 10), at(1, 12), "requested"),
    ]


def test_own_elsewhere_counts_nothing_of_it(made, pair, member):
    """Where the rules refuse the same time elsewhere, too."""
    BookingPolicy.objects.update(own_overlap="refuse")
    booking = Booking.objects.get(instrument=pair[0])
    perform(member, move_booking, booking, start=at(1, 10), end=at(1, 12))
    assert {row[1] for row in times()} == {at(1, 10)}


def test_nothing_moves_where_one_cannot(made, pair, member, ledger):
    """The refusal says which and why: taken, or longer than it may be."""
    BookingFactory(instrument=pair[1], start=at(2, 9), end=at(2, 10))
    booking, before = Booking.objects.get(instrument=pair[0]), ledger()
    assert rules(lambda: perform(member, move_booking, booking, start=at(2, 9), end=at(2, 11))) == [
        ("along", "AAA-STAGE, which would move along: This time is already taken.")
    ]
    (found,) = rules(lambda: perform(member, move_booking, booking, start=at(3, 9), end=at(3, 15)))
    assert found[1].startswith("AAA-STAGE, which would move along: The booking is 360 minutes long")
    assert before.unchanged()


def test_nothing_moves_by_whoever_keeps_only_one(made, pair, ledger):
    """The steward of the stage alone cannot move the microscope, nor leave it behind; the manager moves both."""
    steward, before = make_steward(pair[1]), ledger()
    booking = Booking.objects.get(instrument=pair[1])
    ((rule, said),) = rules(lambda: perform(steward, move_booking, booking, start=at(2, 9), end=at(2, 11)))
    assert rule == "goes_along"
    assert said.startswith("It is booked together with Microscope (AAA-SCOPE).")
    assert before.unchanged()
    perform(make_manager(pair[0].unit), move_booking, booking, start=at(2, 9), end=at(2, 11))
    assert {row[1] for row in times()} == {at(2, 9)}


def test_nothing_moves_elsewhere(made, pair, member, ledger):
    """To another instrument the set would be torn."""
    booking, before = Booking.objects.get(instrument=pair[0]), ledger()
    target = make_instrument(**OFFICE)
    found = rules(
        lambda: perform(member, move_booking, booking, start=at(1, 9), end=at(1, 11), instrument=target)
    )
    assert [rule for rule, _said in found] == ["goes_along"]
    assert before.unchanged()


def test_a_stranger_moves_nothing(made, pair, ledger):
    """It is as if it were not there."""
    booking, before = Booking.objects.get(instrument=pair[0]), ledger()
    with pytest.raises(NotAllowed):
        perform(PersonFactory(), move_booking, booking, start=at(2, 9), end=at(2, 11))
    assert before.unchanged()


def test_what_stands_alone_moves_alone(pair, member):
    """The stage, booked by itself."""
    booking = perform(member, request_booking, pair[1], start=at(1, 9), end=at(1, 11), purpose="冷台")
    assert perform(member, move_booking, booking, start=at(2, 9), end=at(2, 11)).start == at(2, 9)


def test_unlinked_parts_of_the_step_stay(pair, member):
    """Only what hangs together by links moves."""
    lone = make_instrument(code="CCC-LONE", **OFFICE)
    ask(member, [*pair, lone], at(1, 9), at(1, 11))
    perform(member, move_booking, Booking.objects.get(instrument=pair[1]), start=at(2, 9), end=at(2, 11))
    assert [row[1] for row in times()] == [at(2, 9), at(2, 9), at(1, 9)]


def test_whoever_keeps_all_may_make_an_exception(made, pair):
    """At night on the stage and the microscope alike, with one reason; each is on record."""
    manager = make_manager(pair[0].unit)
    booking = Booking.objects.get(instrument=pair[0])
    wish = {"start": at(1, 19), "end": at(1, 21)}
    assert "opening_hours" in [
        one for one, _said in rules(lambda: perform(manager, move_booking, booking, **wish))
    ]
    perform(manager, move_booking, booking, waive="样品须当晚测完", **wish)
    assert {row[1] for row in times()} == {at(1, 19)}
    assert Entry.objects.filter(verb="instruments.booking.waived").count() == 2


def test_a_part_is_not_handed_over(made, pair, member, ledger):
    """Neither of them; nor is one that stands alone from before the link."""
    to = PersonFactory(home_unit=member.home_unit)
    alone = BookingFactory(instrument=pair[0], person=member, start=at(2, 9), end=at(2, 11))
    before = ledger()
    for booking, rule in ((Booking.objects.get(instrument=pair[1]), "handed_set"), (alone, "goes_with")):
        assert rule in [one for one, _said in rules(lambda one=booking: perform(member, hand_over, one, to))]
    assert before.unchanged()


def test_a_breakdown_cannot_tear_it_apart(made, pair, ledger):
    """To another instrument of the keeper at once is no way for a part: it is kept, called off, or its person asked."""
    keeper = make_manager(pair[0].unit)
    spare = make_instrument(code="AAA-SPARE", unit=pair[0].unit, **OFFICE)
    booking, before = Booking.objects.get(instrument=pair[0]), ledger()
    with pytest.raises(RulesBroken) as refused:
        perform(keeper, move_booking, booking, start=at(1, 9), end=at(1, 11), instrument=spare, waive="停机")
    assert [one.rule for one in refused.value.problems] == ["goes_along"]
    assert before.unchanged()
