"""Sets of bookings: found as one, booked as one or not at all, and what becomes of the rest when a part is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import perform
from changes.errors import NotAllowed
from instruments.availability.queries import keeping
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.decisions import decline_booking
from instruments.booking.actions.sweeps import expire_requests
from instruments.booking.errors import RulesBroken, SentTwice
from instruments.booking.models import Booking
from instruments.bundles.actions.bundles import WantedPart, cancel_bundle, request_bundle
from instruments.bundles.errors import BundleBroken, NothingLeft
from instruments.bundles.models import BookingBundle
from instruments.bundles.queries.bundles import parts_of
from instruments.bundles.queries.chains import WantedStep, propose
from instruments.terms.rules.intervals import Interval
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
WEEK = (NOW.date(), NOW.date() + dt.timedelta(days=6))
OFFICE = {"workdays": (8, 18)}


def find(person, *steps, **more):
    """Propose chains in the week of the tests."""
    return propose(steps, person, more.pop("days", WEEK), NOW, **more)


def times(chain):
    """Code, start and end of every part."""
    return [(part.instrument.code, part.time.start, part.time.end) for part in chain.parts]


@pytest.fixture
def saw():
    """A preparation instrument, Monday to Friday 8 to 18."""
    return make_instrument(code="AAA-SAW", **OFFICE)


@pytest.fixture
def probe():
    """What looks at what was prepared; its unit decides on every booking."""
    return make_instrument(code="BBB-PROBE", policy={"approval_required": True}, **OFFICE)


@pytest.fixture
def oven():
    """A third one, for requests too."""
    return make_instrument(code="CCC-OVEN", policy={"approval_required": True}, **OFFICE)


@pytest.fixture
def bundle(member, saw, probe, oven):
    """Three parts on three days: the first confirmed, the others waiting."""
    return ask(member, (1, saw, at(1, 9)), (2, probe, at(2, 9)), (3, oven, at(3, 9)))


def ask(person, *parts, when_lost="all", hours=2, **more):
    """Ask for a set of parts of two hours."""
    wanted = [
        WantedPart(step, instrument, Interval(start, start + dt.timedelta(hours=hours)))
        for step, instrument, start in parts
    ]
    return perform(person, request_bundle, wanted, when_lost=when_lost, said={"purpose": "稀土萃取"}, **more)


def states(bundle):
    """The states of the parts in order."""
    return [part.booking.state for part in parts_of(bundle)]


class TestFinding:
    """`propose`."""

    def test_earliest_chain_in_order_with_pauses(self, member, saw, probe):
        """Monday 9:00 with an hour's notice: the saw from 10:00; the probe a day later at the earliest."""
        found = find(member, WantedStep([saw], 1, 120), WantedStep([probe], 1, 60, least_pause=24 * 60))
        assert times(found.chains[0]) == [
            ("AAA-SAW", at(0, 10), at(0, 12)),
            ("BBB-PROBE", at(1, 12), at(1, 13)),
        ]
        assert [part.asks for part in found.chains[0].parts] == [False, True]
        assert found.chains[0].price == Decimal("360.00")  # 2 h and 1 h at 120
        # Each further proposal begins on a day of its own: Tuesday and Wednesday at 8:00.
        assert [chain.time.start for chain in found.chains[1:]] == [at(1, 8), at(2, 8)]
        assert (found.barred, found.stuck) == ([], [])

    def test_what_is_taken_and_what_the_person_holds_are_kept_clear(self, member, saw, probe):
        """The saw is taken until 14:00, the person sits elsewhere from 14:00 to 15:00."""
        BookingFactory(instrument=saw, start=at(0, 10), end=at(0, 14))
        BookingFactory(instrument=make_instrument(), person=member, start=at(0, 14), end=at(0, 15))
        found = find(member, WantedStep([saw], 1, 60), WantedStep([probe], 1, 60))
        assert times(found.chains[0]) == [
            ("AAA-SAW", at(0, 15), at(0, 16)),
            ("BBB-PROBE", at(0, 16), at(0, 17)),
        ]

    def test_one_of_several_takes_the_earliest_then_the_cheapest(self, member):
        """Of two that are free at 10:00 the cheaper one; a third that is free later does not count."""
        dear, cheap, late = (make_instrument(code=f"AAA-{n}", **OFFICE) for n in ("DEAR", "CHEAP", "LATE"))
        cheap.rates.filter(category="member").update(yuan_per_hour=Decimal("1.00"))
        BookingFactory(instrument=late, start=at(0, 9), end=at(0, 12))
        found = find(member, WantedStep([dear, late, cheap], 1, 60))
        assert times(found.chains[0]) == [("AAA-CHEAP", at(0, 10), at(0, 11))]
        assert found.chains[0].price == Decimal("1.00")

    def test_two_of_three_at_the_same_time(self, member):
        """Two are free together from 12:00."""
        one, two, three = (make_instrument(code=f"AAA-{n}", **OFFICE) for n in range(3))
        BookingFactory(instrument=one, start=at(0, 9), end=at(0, 13))
        BookingFactory(instrument=two, start=at(0, 9), end=at(0, 12))
        found = find(member, WantedStep([one, two, three], 2, 60))
        assert times(found.chains[0]) == [("AAA-1", at(0, 12), at(0, 13)), ("AAA-2", at(0, 12), at(0, 13))]

    def test_any_order_is_taken_where_it_is_over_sooner(self, member, saw, probe):
        """The saw is free from Wednesday on only, so the probe comes first."""
        BookingFactory(instrument=saw, start=at(0, 8), end=at(2, 8))
        steps = WantedStep([saw], 1, 60), WantedStep([probe], 1, 60)
        in_order, any_order = find(member, *steps), find(member, *steps, in_order=False)
        assert [start for _code, start, _end in times(in_order.chains[0])] == [at(2, 8), at(2, 9)]
        assert times(any_order.chains[0])[1] == ("AAA-SAW", at(2, 8), at(2, 9))
        assert any_order.chains[0].parts[0].instrument == probe

    def test_nights_only_where_they_are_asked_for(self, member, instrument):
        """Open around the clock: nothing on Saturday, unless nights and weekends are wanted."""
        saturday = (WEEK[0] + dt.timedelta(days=5),) * 2
        assert find(member, WantedStep([instrument], 1, 60), days=saturday).stuck == [1]
        found = find(member, WantedStep([instrument], 1, 60), days=saturday, any_hour=True)
        assert times(found.chains[0])[0][1] == at(5, 0)

    def test_exact_time_or_none(self, member, saw):
        """A step that was put in with a time keeps it, off the grid it cannot be had."""
        assert times(find(member, WantedStep([saw], 1, 60, start=at(3, 14))).chains[0])[0][1] == at(3, 14)
        assert find(member, WantedStep([saw], 1, 60, start=at(3, 14, 10))).stuck == [1]
        assert find(member, WantedStep([saw], 1, 60, start=at(3, 14) + dt.timedelta(seconds=1))).stuck == [1]
        assert find(member, WantedStep([saw], 1, 60, start=at(-7, 14))).stuck == [1]

    def test_what_a_rule_forbids_gives_way_to_the_next(self, member):
        """Two hours a day here: the second use of the same instrument comes on the next day."""
        place = make_instrument(code="AAA-DAY", policy={"person_day_hours": 2}, **OFFICE)
        found = find(member, WantedStep([place], 1, 120), WantedStep([place], 1, 60))
        days = [start.date() for _code, start, _end in times(found.chains[0])]
        assert days[0] < days[1]

    def test_what_cannot_be_had_at_all_is_said(self, member, saw):
        """Not shared with the person, or too long; a step without any other is stuck."""
        inner = make_instrument(code="AAA-INNER", sharing_mode="internal")
        found = find(member, WantedStep([inner, saw], 1, 60), WantedStep([saw], 1, 24 * 60))
        assert [(n, one.code, [r.rule for r in why]) for n, one, why in found.barred] == [
            (1, "AAA-INNER", ["sharing_mode"]),
            (2, "AAA-SAW", ["too_long"]),
        ]
        assert (found.stuck, found.chains) == ([2], [])
        assert find(member, WantedStep([inner], 1, 60)).stuck == [1]

    def test_steps_that_fit_one_by_one_only(self, member, saw, probe):
        """The probe is free before the saw alone: nothing is stuck, and there is no chain."""
        found = find(
            member, WantedStep([saw], 1, 60, start=at(2, 9)), WantedStep([probe], 1, 60, start=at(1, 9))
        )
        assert (found.chains, found.stuck) == ([], [])

    def test_same_number_of_queries_for_many_options(self, member):
        """Two for free time, one for own bookings, one for opening weeks; the rest for what is proposed."""

        def asked(n):
            places = [make_instrument(**OFFICE) for _ in range(n)]
            with CaptureQueriesContext(
                connection,
            ) as seen:
                find(member, WantedStep(places[:1], 1, 60), WantedStep(places[1:], 1, 60), count=1)
            return len(seen)

        few = asked(2)
        many = asked(8)
        # Of several that are free at once each is asked for its price: one query each.
        assert many - few == 7

    def test_a_board_that_rules_empty_ends(self, member):
        """A gap of a week between own uses leaves nothing for the second step; the search ends and says so."""
        place = make_instrument(code="AAA-GAP", policy={"own_gap_minutes": 7 * 24 * 60}, **OFFICE)
        found = find(member, WantedStep([place], 1, 60), WantedStep([place], 1, 60))
        assert found.chains == []


class TestAsking:
    """`request_bundle`."""

    def test_each_unit_decides_its_part_and_the_person_hears_once(self, member, saw, probe, oven, verbs):
        """Confirmed where no approval is needed; the stewards of the others are asked."""
        keeper = make_steward(probe)
        bundle = ask(member, (1, saw, at(1, 9)), (2, probe, at(2, 9)), (3, oven, at(3, 9)))
        assert states(bundle) == ["confirmed", "requested", "requested"]
        assert [part.step for part in parts_of(bundle)] == [1, 2, 3]
        assert list(Notice.objects.filter(person=member).values_list("kind", flat=True)) == [
            "bundle_requested"
        ]
        assert list(Notice.objects.filter(person=keeper).values_list("kind", flat=True)) == [
            "booking_requested"
        ]
        told = Notice.objects.get(person=member)
        assert (told.context["count"], told.context["waiting"]) == (3, 2)
        assert told.context["price"] == {"number": "720.00"}  # three times two hours at 120
        assert told.link == f"/bundles/{bundle.pk}/"
        assert verbs()[-1] == "instruments.bundle.made"

    def test_all_confirmed_at_once_is_told_so(self, member, saw):
        """Two parts on one instrument."""
        ask(member, (1, saw, at(1, 9)), (2, saw, at(1, 11)))
        assert Notice.objects.get(person=member).kind == "bundle_confirmed"

    def test_one_that_cannot_be_had_undoes_all(self, member, saw, probe, ledger):
        """Taken, and closed: both are named, nothing is booked."""
        BookingFactory(instrument=probe, start=at(2, 10), end=at(2, 12))
        before = ledger()
        with pytest.raises(BundleBroken) as refused:
            ask(member, (1, saw, at(1, 9)), (2, probe, at(2, 9)), (3, saw, at(5, 9)))
        told = [(place, [reason.rule for reason in reasons]) for place, reasons in refused.value.parts]
        assert told == [(1, ["slot_taken"]), (2, ["closed"])]
        assert before.unchanged()
        assert not BookingBundle.objects.exists()

    def test_what_the_person_got_elsewhere_meanwhile_stands_against_it(self, member, saw, ledger):
        """Nobody is in two places without saying so."""
        BookingFactory(
            instrument=make_instrument(code="ZZZ-1"), person=member, start=at(1, 10), end=at(1, 11)
        )
        before = ledger()
        with pytest.raises(BundleBroken) as refused:
            ask(member, (1, saw, at(1, 9)))
        assert [r.rule for _place, reasons in refused.value.parts for r in reasons] == ["own_elsewhere"]
        assert before.unchanged()

    def test_two_at_once_are_no_contradiction(self, member, saw, probe):
        """Parts of one set may lie at the same time."""
        assert states(ask(member, (1, saw, at(1, 9)), (1, probe, at(1, 9)))) == ["confirmed", "requested"]

    def test_form_sent_twice_books_once(self, member, saw, ledger):
        """The second names the set that the first made."""
        made = ask(member, (1, saw, at(1, 9)), form="once")
        before = ledger()
        with pytest.raises(SentTwice) as refused:
            ask(member, (1, saw, at(2, 9)), form="once")
        assert refused.value.booking == made.pk
        assert before.unchanged()

    def test_none_or_too_many_parts_are_no_set(self, member, saw):
        """One to twelve."""
        with pytest.raises(ValueError, match="1 to 12"):
            ask(member)
        with pytest.raises(ValueError, match="1 to 12"):
            ask(member, *[(1, saw, at(1, 9))] * 13)


class TestLosing:
    """What becomes of the rest, as it was chosen before."""

    @pytest.mark.parametrize(
        ("when_lost", "left"),
        [
            ("keep", ["confirmed", "declined", "requested"]),
            ("later", ["confirmed", "declined", "cancelled"]),
            ("all", ["cancelled", "declined", "cancelled"]),
        ],
    )
    def test_declined(self, member, saw, probe, oven, when_lost, left):
        """The second of three is declined."""
        keeper = make_steward(probe)
        bundle = ask(
            member, (1, saw, at(1, 9)), (2, probe, at(2, 9)), (3, oven, at(3, 9)), when_lost=when_lost
        )
        perform(keeper, decline_booking, parts_of(bundle)[1].booking, reason="停机检修")
        assert states(bundle) == left
        kinds = list(Notice.objects.filter(person=member).order_by("pk").values_list("kind", flat=True))
        assert kinds.count("booking_given_back") == left.count("cancelled")
        assert "booking_declined" in kinds

    def test_given_back_tells_the_other_units(self, bundle, saw, probe):
        """Who keeps the saw reads that its time is free again, without what was declined elsewhere."""
        keeper = make_steward(saw)
        perform(make_steward(probe), decline_booking, parts_of(bundle)[1].booking, reason="样品含放射性")
        told = Notice.objects.get(person=keeper)
        assert told.kind == "booking_given_back"
        assert "放射性" not in str(told.context)

    def test_expired(self, bundle, monday):
        """Nobody decides in time on the second: what the sweep finds takes the rest with it."""
        monday.move_to(at(2, 8, 59))
        Booking.objects.filter(part__step=2).update(expires_at=at(2, 8))
        expire_requests(at(2, 8, 59))
        # The first was never used; what has begun is nobody's to give back.
        assert states(bundle) == ["cancelled", "expired", "cancelled"]

    def test_own_giving_back_leaves_the_rest(self, member, bundle):
        """Who gives one part back decides on it alone."""
        perform(member, cancel_booking, parts_of(bundle)[1].booking)
        assert states(bundle) == ["confirmed", "cancelled", "requested"]

    def test_a_booking_without_set_loses_nothing_else(self, member, probe, saw):
        """Single bookings go their own way."""
        ask(member, (1, saw, at(1, 9)))
        single = BookingFactory(
            instrument=probe, person=member, start=at(4, 9), end=at(4, 10), state="requested"
        )
        perform(make_steward(probe), decline_booking, single, reason="满")
        assert [row.state for row in Booking.objects.order_by("start")] == ["confirmed", "declined"]


class TestGivingBack:
    """`cancel_bundle`."""

    def test_all_that_can_be_given_back(self, member, bundle, verbs):
        """Each unit is told of its own part."""
        done = perform(member, cancel_bundle, bundle, reason="项目取消")
        assert len(done) == 3
        assert states(bundle) == ["cancelled"] * 3
        assert verbs()[-1] == "instruments.bundle.given_back"
        with pytest.raises(NothingLeft):
            perform(member, cancel_bundle, bundle)

    def test_what_is_too_late_stays(self, member, probe, monday):
        """The cut-off of the first has passed, and the time of grace after booking."""
        near = make_instrument(policy={"cancel_cutoff_minutes": 600}, **OFFICE)
        bundle = ask(member, (1, near, at(0, 12)), (2, probe, at(2, 9)))
        monday.move_to(at(0, 11))
        perform(member, cancel_bundle, bundle)
        assert states(bundle) == ["confirmed", "cancelled"]

    def test_reason_too_long_changes_nothing(self, member, bundle, ledger):
        """At most 300 characters."""
        before = ledger()
        with pytest.raises(RulesBroken):
            perform(member, cancel_bundle, bundle, reason="x" * 301)
        assert before.unchanged()

    def test_nobody_else_may(self, bundle, probe, ledger):
        """Nor may whoever keeps a part."""
        before = ledger()
        with pytest.raises(NotAllowed):
            perform(make_steward(probe), cancel_bundle, bundle)
        assert before.unchanged()


@pytest.mark.usefixtures("kept_index")
def test_index_of_free_time_follows_every_step(member, saw, probe, oven):
    """Booked as one, lost as one, given back as one: the index kept by the logs is as if read anew."""
    keeping.current(NOW)
    keeper = make_steward(probe)
    for end in (
        lambda bundle: perform(keeper, decline_booking, parts_of(bundle)[1].booking, reason="满"),
        lambda bundle: perform(member, cancel_bundle, bundle),
    ):
        bundle = ask(member, (1, saw, at(1, 9)), (2, probe, at(2, 9)), (3, oven, at(3, 9)))
        assert keeping.differences(keeping.current(NOW), NOW) == 0
        end(bundle)
        assert keeping.differences(keeping.current(NOW), NOW) == 0
