"""Requests that hold no time: several people ask for the same, the steward chooses, the others are told."""

import datetime as dt

import pytest
import time_machine

from audit.models import Entry
from changes import perform
from instruments.booking.actions import slots
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.sweeps import expire_requests
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, SlotTaken, WrongBookingState
from instruments.booking.models import Booking
from instruments.booking.queries.holding import busy
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
RIVALS = {"approval_required": True, "requests_hold_hours": 0}
HOUR = dt.timedelta(hours=1)


def ask(instrument, person, start=None, end=None, **more):
    """Ask for Wednesday 14:00 to 16:00, or another time."""
    start, end = start or at(2, 14), end or at(2, 16)
    return perform(person, request_booking, instrument, start=start, end=end, purpose="相分析", **more)


@pytest.fixture
def place(db):
    """An instrument with one station, whose requests hold no time."""
    return make_instrument(policy=RIVALS)


def states(*bookings):
    """The states of bookings as they stand in the database."""
    return [Booking.objects.get(pk=one.pk).state for one in bookings]


def test_several_ask_for_one_time_and_one_gets_it(place, verbs):
    """Both wait for 48 hours, neither holds; the yes to one tells the other what is free instead."""
    steward, one, two = make_steward(place), PersonFactory(), EnterprisePersonFactory()
    first, second = ask(place, one), ask(place, two, at(2, 15), at(2, 17))
    assert states(first, second) == [BookingState.COMPETING] * 2
    assert first.expires_at == NOW + dt.timedelta(hours=48)
    assert busy(place, at(2, 0), at(3, 0)) == []
    perform(steward, approve_booking, second)
    assert states(first, second) == [BookingState.DECLINED, BookingState.CONFIRMED]
    assert verbs()[-2:] == ["instruments.booking.approved", "instruments.booking.lost"]
    lost = Notice.objects.get(kind="booking_lost")
    assert lost.person == one
    # 14:00 to 16:00 meets 15:00 to 17:00, so the next two hours begin at 17:00 the same day.
    assert "17:00–19:00" in lost.context["others"]["zh"]
    assert Booking.objects.get(pk=first.pk).expires_at is None
    with pytest.raises(WrongBookingState):
        perform(steward, approve_booking, first)


def test_nobody_loses_where_there_is_room_for_both(db):
    """Two stations: the third request is the one too many."""
    place = make_instrument(station_count=2, policy=RIVALS)
    steward = make_steward(place)
    asked = [ask(place, PersonFactory()) for _ in range(3)]
    perform(steward, approve_booking, asked[0])
    assert states(*asked) == [BookingState.CONFIRMED, BookingState.COMPETING, BookingState.COMPETING]
    perform(steward, approve_booking, asked[2])
    assert states(*asked) == [BookingState.CONFIRMED, BookingState.DECLINED, BookingState.CONFIRMED]
    held = Booking.objects.filter(state=BookingState.CONFIRMED)
    assert sorted(held.values_list("station", flat=True)) == [1, 2]


def test_what_is_kept_free_between_two_uses_counts(db):
    """Half an hour after each use: the request that begins when the other ends has lost too."""
    place = make_instrument(policy=RIVALS | {"buffer_after_minutes": 30})
    steward = make_steward(place)
    chosen, next_, later = (
        ask(place, PersonFactory(), at(2, hour), at(2, hour + 2)) for hour in (10, 12, 14)
    )
    perform(steward, approve_booking, chosen)
    assert states(chosen, next_, later) == [
        BookingState.CONFIRMED,
        BookingState.DECLINED,
        BookingState.COMPETING,
    ]


def test_who_needs_no_approval_takes_the_time(db):
    """Only outsiders wait: a colleague of the unit books at once, and who asked before is told."""
    place = make_instrument(policy=RIVALS | {"approval_outsiders_only": True})
    outsider, colleague = PersonFactory(), PersonFactory(home_unit=place.unit)
    asked, booked = ask(place, outsider), ask(place, colleague)
    assert states(asked, booked) == [BookingState.DECLINED, BookingState.CONFIRMED]


def test_upkeep_goes_first(place):
    """A request in the time of upkeep has lost."""
    steward, asked = make_steward(place), ask(place, PersonFactory())
    perform(steward, book_maintenance, place, start=at(2, 15), end=at(2, 18), reason="换灯")
    assert states(asked) == [BookingState.DECLINED]
    assert Notice.objects.filter(kind="booking_lost").count() == 1


def test_a_time_that_is_held_cannot_be_asked_for(place):
    """Only what is free now can be asked for beside others."""
    steward = make_steward(place)
    perform(steward, approve_booking, ask(place, PersonFactory()))
    with pytest.raises(SlotTaken):
        ask(place, PersonFactory())


def test_a_request_holds_its_time_as_long_as_the_rules_say():
    """Two hours alone, then beside others until the 48 hours are over."""
    place = make_instrument(policy=RIVALS | {"requests_hold_hours": 2})
    one, two, steward = PersonFactory(), PersonFactory(), make_steward(place)
    first = ask(place, one)
    assert (first.state, first.expires_at) == (BookingState.REQUESTED, NOW + 2 * HOUR)
    with pytest.raises(SlotTaken):
        ask(place, two)
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        assert expire_requests(NOW + 2 * HOUR) == 1
        first.refresh_from_db()
        assert (first.state, first.expires_at) == (BookingState.COMPETING, NOW + 48 * HOUR)
        assert Notice.objects.get(kind="booking_competes").person == one
        second = ask(place, two)
        # The second has its own two hours: the steward cannot give its time to the first meanwhile.
        assert second.state == BookingState.REQUESTED
        with pytest.raises(SlotTaken):
            perform(steward, approve_booking, first)
        perform(steward, decline_booking, second, reason="样品不合适")
        perform(steward, approve_booking, first)
    assert states(first, second) == [BookingState.CONFIRMED, BookingState.DECLINED]


def test_whoever_asks_comes_upon_a_request_that_has_held_long_enough(db):
    """Nobody has swept: the one who asks lets the older one compete."""
    place = make_instrument(policy=RIVALS | {"requests_hold_hours": 2})
    first = ask(place, PersonFactory())
    with time_machine.travel(NOW + 3 * HOUR, tick=False):
        second = ask(place, PersonFactory())
    assert states(first, second) == [BookingState.COMPETING, BookingState.REQUESTED]


def test_it_expires_as_any_request(place):
    """After 48 hours nobody has it."""
    asked = ask(place, PersonFactory(), at(5, 14), at(5, 16))
    expire_requests(NOW + 47 * HOUR)
    assert states(asked) == [BookingState.COMPETING]
    expire_requests(NOW + 48 * HOUR)
    assert states(asked) == [BookingState.EXPIRED]


def test_nothing_comes_free_where_nothing_was_held(place, monkeypatch):
    """Withdrawn, declined or lost: no time is given back, so nobody in line is asked."""
    freed = []
    monkeypatch.setattr(slots, "release", lambda *given: freed.append(given))
    steward, one = make_steward(place), PersonFactory()
    perform(one, cancel_booking, ask(place, one))
    perform(steward, decline_booking, ask(place, one), reason="样品不合适")
    ask(place, one)
    chosen = ask(place, PersonFactory())
    perform(steward, approve_booking, chosen)
    assert freed == []
    perform(steward, cancel_booking, chosen)
    assert len(freed) == 1


def test_open_requests_count_for_the_limits(db):
    """Nobody asks for everything at once: what competes is open too."""
    place = make_instrument(policy=RIVALS | {"most_open": 2})
    person = PersonFactory()
    for hour in (8, 10):
        ask(place, person, at(2, hour), at(2, hour + 1))
    with pytest.raises(RulesBroken) as refused:
        ask(place, person, at(2, 14), at(2, 15))
    assert [one.rule for one in refused.value.problems] == ["most_open"]


def test_a_move_goes_on_competing(place):
    """The owner moves it: the last moment stays, and it holds nothing where it goes."""
    person = PersonFactory()
    asked = ask(place, person)
    perform(person, move_booking, asked, start=at(3, 9), end=at(3, 11))
    asked.refresh_from_db()
    assert (asked.state, asked.start) == (BookingState.COMPETING, at(3, 9))
    assert asked.expires_at == NOW + 48 * HOUR
    assert busy(place, at(3, 0), at(4, 0)) == []


def test_a_confirmed_booking_that_is_moved_asks_beside_others(place):
    """Its time is free again at once."""
    person, steward = PersonFactory(), make_steward(place)
    booked = perform(steward, approve_booking, ask(place, person))
    perform(person, move_booking, booked, start=at(3, 9), end=at(3, 11))
    assert states(booked) == [BookingState.COMPETING]
    assert busy(place, at(2, 0), at(4, 0)) == []


def test_who_asks_sees_that_others_ask(client, place):
    """The quote says how many wait for part of the time; the page says it of the rules."""
    ask(place, PersonFactory())
    client.force_login(PersonFactory())
    query = "start=2026-03-04T15:00%2B08:00&end=2026-03-04T17:00%2B08:00"
    page = client.get(f"/instruments/{place.code}/?{query}").content.decode()
    assert "已有 1 个申请等候这段时间，由机组人员选定。" in page
    assert "同一时段可由多人申请，由机组人员选定。" in page


def test_the_desk_shows_rivals_beside_each_other(client, place):
    """Each names the other, with its time; the board holds neither."""
    steward, one, two = (
        make_steward(place),
        PersonFactory(display_name="王一"),
        PersonFactory(display_name="赵二"),
    )
    ask(place, one)
    ask(place, two, at(2, 15), at(2, 17))
    client.force_login(steward)
    page = client.get("/desk/").content.decode()
    assert "赵二 也想要这段时间，15:00–17:00" in page
    assert "王一 也想要这段时间，14:00–16:00" in page
    assert Entry.objects.filter(verb="instruments.booking.requested").count() == 2
