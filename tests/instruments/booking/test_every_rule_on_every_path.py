"""One engine: what stands against a new booking stands against a moved, a series and one by a program as well.

All are told at once, each with who made it; nothing is written. Monday is 2 March 2026.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.series import request_series
from instruments.booking.errors import OwnOverlap
from instruments.booking.models import Booking
from instruments.booking.queries.availability import free, next_free
from instruments.booking.queries.series import judged_series
from instruments.inventory.models import Instrument
from instruments.terms.models import BookingPolicy, InstrumentLink
from instruments.terms.rules.intervals import Interval
from tests.api.calling import Caller
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory
from tests.instruments.booking.rules_tried import NIGHT, WISH, broken, create, held
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def nothing(_instrument, _person) -> None:
    """Nothing is held."""


def of_person(*spans):
    """The person holds these here."""
    return lambda instrument, person: held(instrument, person, *spans)


def of_colleague(*spans):
    """Somebody of the same unit holds these here."""
    return lambda instrument, person: held(instrument, PersonFactory(home_unit=person.home_unit), *spans)


def elsewhere(_instrument, person) -> None:
    """The person holds the same time on another instrument."""
    held(make_instrument(code="ELSEWHERE"), person, (3, 10, 11))


def unshared(instrument, _person) -> None:
    """The instrument is shared within its own unit alone."""
    Instrument.objects.filter(pk=instrument.pk).update(sharing_mode="internal")


def linked(instrument, _person) -> None:
    """It is used only together with another one."""
    InstrumentLink.objects.create(instrument=instrument, other=make_instrument(unit=instrument.unit))
    Instrument.objects.filter(pk=instrument.pk).update(is_linked=True)


CASES = {
    "too_long": ({"longest_minutes": 120}, nothing, WISH),
    "too_short": ({"shortest_minutes": 240}, nothing, WISH),
    "step": ({"step_minutes": 120, "shortest_minutes": 120}, nothing, WISH),
    "notice": ({"notice_minutes": 4 * 1440}, nothing, WISH),
    "horizon": ({"horizon_days": 1}, nothing, WISH),
    "night": ({"nights": "closed"}, nothing, NIGHT),
    "night_alone": ({"nights": "two"}, nothing, NIGHT),
    "buffer": ({"buffer_before_minutes": 10, "buffer_after_minutes": 30}, of_colleague((3, 12.5, 14)), WISH),
    "own_gap": ({"own_gap_minutes": 120}, of_person((3, 13, 14)), WISH),
    "own_elsewhere": ({"own_overlap": "refuse"}, elsewhere, WISH),
    "most_open": ({"most_open": 1}, of_person((9, 9, 10)), WISH),
    "person_day": ({"person_day_hours": 3}, of_person((3, 14, 14.5)), WISH),
    "person_week": ({"person_week_hours": 3}, of_person((4, 14, 14.5)), WISH),
    "person_month": ({"person_month_hours": 3}, of_person((12, 14, 14.5)), WISH),
    "group_day": ({"group_day_hours": 3}, of_colleague((3, 14, 14.5)), WISH),
    "group_week": ({"group_week_hours": 3}, of_colleague((4, 14, 14.5)), WISH),
    "group_month": ({"group_month_hours": 3}, of_colleague((12, 14, 14.5)), WISH),
    "night_week": ({"night_week_hours": 2}, of_person((5, 23, 23.5)), NIGHT),
    "peak_week": ({"peak_week_hours": 3}, of_person((4, 14, 14.5)), WISH),
    "peak_longest": ({"peak_longest_minutes": 120}, nothing, WISH),
    "closed": ({}, lambda instrument, _person: instrument.opening_periods.all().delete(), WISH),
    "slot_taken": ({}, of_colleague((3, 11, 13)), WISH),
    "sharing_mode": ({}, unshared, WISH),
    "goes_with": ({}, linked, WISH),
    "no_rate": ({}, lambda instrument, _person: instrument.rates.all().delete(), WISH),
}  # fmt: skip


@pytest.fixture(params=CASES)
def case(request, person):
    """A rule, an instrument on which it stands against the wish, and the wish."""
    policy, prepare, wish = CASES[request.param]
    instrument = make_instrument(policy={"longest_minutes": 1440})
    prepare(instrument, person)
    return request.param, instrument, wish, policy


@pytest.fixture
def person():
    """A researcher of another unit."""
    return PersonFactory()


def limit(instrument, policy) -> Instrument:
    """Let the rules hold; return the instrument as it is read then."""
    BookingPolicy.objects.filter(instrument=instrument).update(**policy)
    return Instrument.objects.select_related("unit__policy", "policy").get(pk=instrument.pk)


def on_behalf(instrument, person, wish):
    """By the steward."""
    steward = make_steward(instrument)
    return lambda: perform(
        steward, request_booking, instrument, start=wish[0], end=wish[1], purpose="断口", person=person
    )


def moved(instrument, person, wish, *, by_steward=False, minutes=60):
    """Moved from three weeks later; longer or shorter on the way."""
    start = at(24, 10)
    booking = BookingFactory(
        instrument=instrument, person=person, start=start, end=start + dt.timedelta(minutes=minutes)
    )
    actor = make_steward(instrument) if by_steward else person
    return lambda: perform(actor, move_booking, booking, start=wish[0], end=wish[1])


PATHS = {
    "create": create,
    "on behalf": on_behalf,
    "move": moved,
    "shorten": lambda *given: moved(*given, minutes=600),
    "move by the steward": lambda *given: moved(*given, by_steward=True),
}


@pytest.mark.parametrize("path", PATHS)
def test_every_rule_stands_on_every_path(case, path, person, ledger):
    """The rule is named, and nothing is changed."""
    rule, instrument, wish, policy = case
    act = PATHS[path](instrument, person, wish)
    instrument = limit(instrument, policy)
    before = ledger()
    assert broken(act) == [rule]
    assert before.unchanged()


def test_every_rule_stands_against_extending(case, person, ledger):
    """A booking that begins where the wish does, and is shorter, cannot be made as long."""
    rule, instrument, wish, policy = case
    if rule in {"sharing_mode", "no_rate", "closed", "notice", "horizon"}:
        pytest.skip("stands against the shorter booking as well")
    booking = BookingFactory(
        instrument=instrument, person=person, start=wish[0], end=wish[0] + dt.timedelta(minutes=30)
    )
    limit(instrument, policy)
    before = ledger()
    rules = broken(lambda: perform(person, move_booking, booking, start=wish[0], end=wish[1]))
    assert rules == [rule]
    assert before.unchanged()


def test_every_rule_stands_in_a_series(case, person, ledger):
    """Previewed with its reason, and refused as a whole."""
    rule, instrument, wish, policy = case
    instrument = limit(instrument, policy)
    week = dt.timedelta(days=7)
    times = [Interval(*wish), Interval(wish[0] + week, wish[1] + week)]
    judged = judged_series(instrument, person, times, at(0, 9))
    assert rule in [one.rule for one in judged[0].problems]
    before = ledger()
    said = {"purpose": "断口", "purpose_kind": "research"}
    act = lambda: perform(person, request_series, instrument, times, rule="RRULE:FREQ=WEEKLY", said=said)  # noqa: E731
    assert broken(act) == ["series"]
    assert before.unchanged()


def test_every_rule_is_told_to_programs(case, person, ledger):
    """422 (409 for a slot that is taken), with the rule, its sentence and its owner."""
    rule, instrument, wish, policy = case
    limit(instrument, policy)
    caller = Caller(person)
    before = ledger()
    start, end = (moment.isoformat() for moment in wish)
    wanted = {"instrument": instrument.code, "start": start, "end": end, "purpose": "断口"}
    answer = caller.post("bookings/", wanted)
    if rule == "slot_taken":
        assert answer.status_code == 409
    else:
        assert answer.status_code == 422, answer.content
        (error,) = answer.json()["errors"]
        assert error["rule"] == rule
        assert error["owner"] in {"instrument", "network"}
    assert before.unchanged()


def test_all_broken_rules_are_told_at_once(person, ledger):
    """Length, night, gap, day, unit and the slot itself, in one answer."""
    policy = {"nights": "closed", "own_gap_minutes": 60, "person_day_hours": 2, "group_week_hours": 4}
    instrument = make_instrument(policy={"longest_minutes": 120, **policy})
    held(instrument, person, (3, 20, 20.5))
    held(instrument, PersonFactory(home_unit=person.home_unit), (3, 22, 24))
    before = ledger()
    rules = broken(create(instrument, person, (at(3, 20, 30), at(3, 23))))
    assert rules == ["too_long", "night", "own_gap", "person_day", "group_week", "slot_taken"]
    assert before.unchanged()


def test_what_is_at_the_edge_of_every_limit_is_booked(person):
    """Exactly as near, as long and as many as allowed."""
    policy = {
        "buffer_after_minutes": 30, "own_gap_minutes": 60, "person_day_hours": 4, "most_open": 2,
        "peak_longest_minutes": 180, "nights": "closed",
    }  # fmt: skip
    instrument = make_instrument(policy=policy)
    held(instrument, person, (3, 13, 14))
    held(instrument, PersonFactory(home_unit=person.home_unit), (3, 7, 8.5))
    assert (
        perform(person, request_booking, instrument, start=WISH[0], end=WISH[1], purpose="断口").price == 360
    )


def test_other_stations_keep_their_own_distance(person):
    """A second station is free beside a taken first; with both near, the distance is the rule."""
    instrument = make_instrument(station_count=2, policy={"buffer_before_minutes": 30})
    held(instrument, PersonFactory(), (3, 12.25, 13))
    made = perform(person, request_booking, instrument, start=WISH[0], end=WISH[1], purpose="断口")
    assert made.station == 2
    # From 12:00 to 12:15 nobody holds the first station, but its next booking is too near.
    BookingPolicy.objects.update(shortest_minutes=5, step_minutes=5)
    instrument = limit(instrument, {})
    assert broken(create(instrument, PersonFactory(), (at(3, 12), at(3, 12, 15)))) == ["buffer"]
    assert broken(create(instrument, PersonFactory(), (at(3, 11, 55), at(3, 12, 30)))) == ["slot_taken"]


def test_free_time_keeps_the_distance_and_the_nights(person):
    """What is offered can be booked: half an hour away from what is held, never at night."""
    instrument = make_instrument(policy={"buffer_before_minutes": 30, "nights": "closed"})
    held(instrument, person, (3, 9, 12))
    slots = free(instrument, at(3, 0), at(4, 0))
    assert [(slot.start, slot.end) for slot in slots] == [
        (at(3, 6), at(3, 8, 30)),
        (at(3, 12, 30), at(3, 22)),
    ]
    offered = next_free(instrument, 60, at(3, 8))
    assert [slot.start for slot in offered] == [at(3, 12, 30), at(3, 13, 30), at(3, 14, 30)]
    assert create(instrument, PersonFactory(), (offered[0].start, offered[0].end))().start == at(3, 12, 30)


def test_upkeep_is_bound_by_no_distance(person):
    """It may lie beside a booking, and may be moved beside one."""
    instrument = make_instrument(policy={"buffer_before_minutes": 30})
    steward = make_steward(instrument)
    held(instrument, person, (3, 9, 12))
    upkeep = perform(steward, book_maintenance, instrument, start=at(3, 12), end=at(3, 13), reason="换灯丝")
    perform(steward, move_booking, upkeep, start=at(3, 8), end=at(3, 9))
    assert Booking.objects.count() == 2


def test_two_people_at_night(person):
    """Who comes along is kept with the booking; moving it at night needs no new name."""
    instrument = make_instrument(policy={"nights": "two"})
    booking = perform(
        person, request_booking, instrument, start=NIGHT[0], end=NIGHT[1], purpose="断口", companion=" 李娜 "
    )
    assert booking.companion == "李娜"
    assert perform(person, move_booking, booking, start=at(4, 23), end=at(5, 1)).start == at(4, 23)
    long = "李" * 101
    act = lambda: perform(  # noqa: E731
        person, request_booking, instrument, start=at(5, 22), end=at(5, 23), purpose="断口", companion=long
    )
    assert broken(act) == ["companion"]


@pytest.mark.parametrize(
    ("policy", "hours", "outside", "state"),
    [
        ({"approval_outsiders_only": True}, 3, True, "requested"),
        ({"approval_outsiders_only": True}, 3, False, "confirmed"),
        ({"approval_over_hours": 3}, 3, True, "confirmed"),
        ({"approval_over_hours": 2}, 3, True, "requested"),
    ],
)
def test_who_waits_for_approval(policy, hours, outside, state):
    """People of other units, or long bookings; the same when it is moved."""
    instrument = make_instrument(policy={"approval_required": True, **policy})
    person = PersonFactory() if outside else PersonFactory(home_unit=instrument.unit)
    booking = perform(
        person, request_booking, instrument, start=at(3, 9), end=at(3, 9 + hours), purpose="断口"
    )
    assert booking.state == state
    assert perform(person, move_booking, booking, start=at(4, 9), end=at(4, 9 + hours)).state == state


def test_people_outside_the_network_count_as_their_organisation():
    """The same name is the same group; nobody is in the group without a name."""
    instrument = make_instrument(policy={"group_day_hours": 3})
    one, two = EnterprisePersonFactory(organisation="鹿王"), EnterprisePersonFactory(organisation="鹿王")
    held(instrument, one, (3, 13, 14))
    assert broken(create(instrument, two, WISH)) == ["group_day"]
    other = EnterprisePersonFactory(organisation="伊利")
    assert create(instrument, other, WISH)().state == "confirmed"


def test_requests_count_and_what_was_given_back_does_not(person):
    """A waiting request is an open booking; a declined or missed one is none."""
    instrument = make_instrument(policy={"approval_required": True, "most_open": 1})
    asked = create(instrument, person, (at(4, 9), at(4, 10)))()
    assert broken(create(instrument, person, WISH)) == ["most_open"]
    perform(person, cancel_booking, asked)
    waiting = create(instrument, person, WISH)()
    assert perform(make_steward(instrument), approve_booking, waiting).state == "confirmed"
    assert broken(create(instrument, person, (at(5, 9), at(5, 10)))) == ["most_open"]


def test_own_bookings_elsewhere_are_confirmed_or_refused(person):
    """With a tick where the policy asks for one; never where it refuses."""
    instrument = make_instrument()
    elsewhere(instrument, person)
    with pytest.raises(OwnOverlap):
        perform(
            person, request_booking, instrument, start=WISH[0], end=WISH[1], purpose="断口", knowing=False
        )
    assert create(instrument, person, WISH)().state == "confirmed"


def test_a_series_counts_itself(person):
    """Two hours a day and three a week: the second of the week is one too many, said before anything is booked."""
    instrument = make_instrument(policy={"person_week_hours": 3})
    times = [Interval(at(day, 9), at(day, 11)) for day in (3, 4, 10)]
    judged = judged_series(instrument, person, times, at(0, 9))
    assert [[one.rule for one in time.problems] for time in judged] == [[], ["person_week"], []]
    said = {"purpose": "断口", "purpose_kind": "research"}
    series = perform(
        person, request_series, instrument, times, rule="RRULE:FREQ=DAILY", said=said, leave_out=True
    )
    assert [row.start for row in series.bookings.order_by("start")] == [at(3, 9), at(10, 9)]


def test_quotas_cost_one_query(person):
    """However many there are; none where nothing is limited."""
    plain = make_instrument()
    bound = make_instrument(
        policy={"person_day_hours": 9, "group_month_hours": 99, "most_open": 9, "own_gap_minutes": 5}
    )
    counts = []
    for instrument in (plain, bound):
        create(instrument, person, (at(9, 9), at(9, 10)))()
        with CaptureQueriesContext(connection) as queries:
            create(instrument, person, WISH)()
        counts.append(len(queries))
    assert counts[1] == counts[0] + 1
    assert counts[1] <= 12
