"""Instruments that are used only together: never had alone, booked, moved and lost as one. Monday is 2 March 2026."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import decline_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.series import request_series
from instruments.booking.errors import RulesBroken, SeriesBroken
from instruments.booking.models import Booking
from instruments.bundles.actions.bundles import WantedPart, cancel_bundle, request_bundle
from instruments.bundles.errors import BundleBroken
from instruments.bundles.models import BookingBundle
from instruments.bundles.queries.bundles import parts_of
from instruments.terms.actions.links import set_links
from instruments.terms.models import BookingPolicy, InstrumentLink
from instruments.terms.rules.intervals import Interval
from instruments.waiting.actions.wishes import Kind, Wanted, wait_for_kind, wait_for_time
from instruments.waiting.errors import NothingServes
from notices.models import Notice
from tests.api.calling import Caller
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import make_manager
from tests.instruments.bundles.conftest import OFFICE
from tests.instruments.bundles.linked import ask, rules, times
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
WORDS = "This instrument is used only together with {}. Book all of them as a set for the same time."


@pytest.fixture(autouse=True)
def english():
    """Sentences are read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def made(member, pair):
    """A set of both on Tuesday from 9 to 11."""
    return ask(member, pair, at(1, 9), at(1, 11))


class TestAlone:
    """Every path on which it would be had without the others."""

    def test_by_oneself(self, pair, member, ledger):
        """The sentence names the others; whose rule it is and that an exception is possible are told."""
        before = ledger()
        with pytest.raises(RulesBroken) as refused:
            perform(member, request_booking, pair[0], start=at(1, 9), end=at(1, 11), purpose="冷台")
        (one,) = refused.value.problems
        assert (one.rule, str(one.message)) == ("goes_with", WORDS.format("Cooling stage (AAA-STAGE)"))
        assert (one.owner, one.may_waive) == ("instrument", True)
        assert before.unchanged()

    def test_the_other_alone_is_had(self, pair, member):
        """The link goes one way."""
        booking = perform(member, request_booking, pair[1], start=at(1, 9), end=at(1, 11), purpose="冷台")
        assert booking.state == "requested"

    def test_by_a_program(self, pair, member, ledger):
        """422 with the rule, in the shape that was always there."""
        caller, before = Caller(member), ledger()
        wanted = {
            "instrument": "AAA-SCOPE",
            "start": at(1, 9).isoformat(),
            "end": at(1, 11).isoformat(),
            "purpose": "冷",
        }
        answer = caller.post("bookings/", wanted)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error.keys() == {"rule", "message", "chosen", "required", "owner", "may_waive"}
        assert error["rule"] == "goes_with"
        assert "AAA-STAGE" in error["message"]
        assert before.unchanged()

    def test_as_a_series(self, pair, member, ledger):
        """All times are refused."""
        before = ledger()
        spans = [Interval(at(1, 9), at(1, 11)), Interval(at(8, 9), at(8, 11))]
        said = {"purpose": "冷台", "purpose_kind": "research"}
        with pytest.raises(SeriesBroken):
            perform(member, request_series, pair[0], spans, rule="FREQ=WEEKLY;COUNT=2", said=said)
        assert before.unchanged()

    @pytest.mark.parametrize("window", [(at(1, 9), at(1, 11)), (at(1, 8), at(4, 18))])
    def test_from_a_wait_list(self, pair, member, ledger, window):
        """Nobody waits for what could not be taken; for one time or any."""
        BookingFactory(instrument=pair[0], start=at(1, 8), end=at(1, 18))
        before = ledger()
        said = {"purpose": "冷台", "purpose_kind": "research", "companion": ""}
        wanted = Wanted(start=window[0], end=window[1], minutes=120, said=said)
        assert [rule for rule, _said in rules(lambda: perform(member, wait_for_time, pair[0], wanted))] == [
            "goes_with"
        ]
        assert before.unchanged()

    def test_not_as_one_of_its_kind(self, pair, member, ledger):
        """Whoever waits for any of a kind does not wait for it."""
        said = {"purpose": "冷台", "purpose_kind": "research", "companion": ""}
        wanted = Wanted(start=at(1, 8), end=at(4, 18), minutes=120, said=said)
        before = ledger()
        with pytest.raises(NothingServes):
            perform(member, wait_for_kind, Kind("k", "", "显微镜", "Microscopes"), [pair[0]], wanted)
        assert before.unchanged()

    def test_an_offer_is_taken_back(self, scope, stage, member):
        """Made before the link: withdrawn by it, and none follows."""
        held = BookingFactory(instrument=scope, start=at(1, 9), end=at(1, 11))
        said = {"purpose": "冷台", "purpose_kind": "research", "companion": ""}
        perform(member, wait_for_time, scope, Wanted(start=at(1, 9), end=at(1, 11), minutes=120, said=said))
        perform(held.person, cancel_booking, held)
        assert {row[3] for row in times()} == {"cancelled", "offered"}
        perform(make_manager(scope.unit), set_links, scope, ["AAA-STAGE"])
        assert {row[3] for row in times()} == {"cancelled"}

    def test_moved_onto_it(self, pair, member, ledger):
        """A booking of another instrument cannot be moved to it alone."""
        booking = BookingFactory(instrument=make_instrument(), person=member, start=at(1, 9), end=at(1, 11))
        before = ledger()
        found = rules(
            lambda: perform(member, move_booking, booking, start=at(2, 9), end=at(2, 11), instrument=pair[0])
        )
        assert [rule for rule, _said in found] == ["goes_with"]
        assert before.unchanged()

    def test_an_exception_goes_on_record(self, pair, member, verbs):
        """Whoever keeps it books it alone for somebody, with a reason; without one it is refused."""
        keeper = make_steward(pair[0])
        wish = {"start": at(1, 9), "end": at(1, 11), "purpose": "冷台", "person": member}
        assert [rule for rule, _said in rules(lambda: perform(keeper, request_booking, pair[0], **wish))] == [
            "goes_with"
        ]
        booking = perform(keeper, request_booking, pair[0], waive="冷台送检，常温即可", **wish)
        assert booking.person == member
        assert verbs()[-1] == "instruments.booking.waived"

    def test_set_of_other_times_is_none(self, pair, member):
        """The others at another time do not help; nor does a set without them."""
        wanted = [
            WantedPart(1, pair[0], Interval(at(1, 9), at(1, 11))),
            WantedPart(1, pair[1], Interval(at(1, 10), at(1, 12))),
        ]
        for parts in (wanted, wanted[:1]):
            with pytest.raises(BundleBroken) as refused:
                perform(member, request_bundle, parts, when_lost="all", said={"purpose": "冷台"})
            assert [(place, [one.rule for one in found]) for place, found in refused.value.parts] == [
                (0, ["goes_with"])
            ]
        assert not BookingBundle.objects.exists()


class TestTogether:
    """Booked as one set."""

    def test_each_unit_decides_on_its_part(self, made):
        """One is confirmed at once, the other waits; each at its price."""
        assert times() == [
            ("AAA-SCOPE", at(1, 9), at(1, 11), "confirmed"),
            ("AAA-STAGE", at(1, 9), at(1, 11), "requested"),
        ]
        assert [part.booking.price for part in parts_of(made)] == [Decimal("240.00"), Decimal("240.00")]

    def test_those_that_bar_other_places_do_not_bar_each_other(self, pair, member):
        """A rule against the same time elsewhere does not count what is used together."""
        BookingPolicy.objects.update(own_overlap="refuse")
        ask(member, pair, at(1, 9), at(1, 11))
        assert Booking.objects.count() == 2
        lone = make_instrument(policy={"own_overlap": "refuse"}, **OFFICE)
        with pytest.raises(BundleBroken):  # as ever for what is not linked
            ask(member, [*pair, lone], at(2, 9), at(2, 11))

    def test_lost_as_a_whole(self, made, pair):
        """The unit declines the stage: the microscope is given back."""
        stage = Booking.objects.get(instrument=pair[1])
        perform(make_steward(pair[1]), decline_booking, stage, reason="检修")
        assert [row[3] for row in times()] == ["cancelled", "declined"]

    def test_what_needs_the_lost_goes_whatever_was_chosen(self, pair, member):
        """Where the other parts stay, the microscope still goes with its stage, and an unlinked part stays."""
        lone = make_instrument(code="CCC-LONE", **OFFICE)
        ask(member, [*pair, lone], at(1, 9), at(1, 11), when_lost="keep")
        perform(
            make_steward(pair[1]), decline_booking, Booking.objects.get(instrument=pair[1]), reason="检修"
        )
        assert [row[3] for row in times()] == ["cancelled", "declined", "confirmed"]

    def test_giving_back_the_stage_gives_back_the_microscope(self, made, pair, member):
        """And says why; the other way round the stage stays, for it may be used alone."""
        perform(member, cancel_booking, Booking.objects.get(instrument=pair[1]))
        assert [row[3] for row in times()] == ["cancelled", "cancelled"]
        told = Notice.objects.filter(person=member, kind="booking_given_back").get()
        assert "used only together" in str(told.context)
        ask(member, pair, at(2, 9), at(2, 11))
        perform(member, cancel_booking, Booking.objects.get(instrument=pair[0], start=at(2, 9)))
        assert Booking.objects.get(instrument=pair[1], start=at(2, 9)).state == "requested"

    def test_all_are_given_back_at_once(self, made, member):
        """By one press."""
        assert len(perform(member, cancel_bundle, made)) == 2
        assert [row[3] for row in times()] == ["cancelled", "cancelled"]


def test_links_of_others_cost_nothing(pair, member, django_assert_max_num_queries):
    """A booking of an instrument that is used alone, while others are linked: as many queries as ever."""
    lone = make_instrument(**OFFICE)
    assert InstrumentLink.objects.exists()
    with django_assert_max_num_queries(12):
        perform(member, request_booking, lone, start=at(1, 9), end=at(1, 11), purpose="断口")
