"""What is taken, what is free, the week, and which instruments are free on a day."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import perform
from instruments.booking.actions.requests import book_maintenance
from instruments.booking.enums import BookingState
from instruments.booking.queries.availability import (
    Availability,
    free,
    instruments_free_on,
    next_free,
)
from instruments.booking.queries.bookings import (
    bookings_visible_to,
    in_custody_of,
    own_bookings,
)
from instruments.booking.queries.holding import busy
from instruments.booking.queries.week import week
from instruments.booking.rules.wishes import Span, Wish
from instruments.desk.queries import gather, kept
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.rules.intervals import Interval
from instruments.usage.queries.usage import usage_visible_to
from tests.factories.instruments import (
    BookingFactory,
    InstrumentFactory,
    OpeningPeriodFactory,
    UsageRecordFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import AdminFactory, UnitRoleFactory, make_manager, make_officer
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def fetched(instrument):
    """The instrument as a page has it."""
    return Instrument.objects.select_related("unit__policy", "policy").get(pk=instrument.pk)


def test_busy_names_what_holds_time_and_nothing_else(instrument, member):
    """Cancelled, missed and outlived requests and offers hold nothing; touching is outside."""
    held = {}
    for hour, state in enumerate(BookingState.values):
        held[state] = BookingFactory(
            instrument=instrument, person=member, start=at(2, hour), end=at(2, hour + 1), state=state
        )
    overdue = BookingFactory(
        instrument=instrument, start=at(2, 10), end=at(2, 11), state="requested", expires_at=NOW
    )
    found = busy(instrument, at(2, 0), at(2, 12))
    assert [(b.start, b.state, b.booking_id) for b in found] == [
        (held[s].start, s, held[s].pk) for s in ("requested", "confirmed", "in_use", "completed", "offered")
    ]
    assert overdue.pk not in {b.booking_id for b in found}
    assert busy(instrument, at(2, 4), at(2, 8)) == []
    assert busy(instrument, at(2, 4), at(2, 4)) == []


def test_free_is_open_minus_busy_within_notice_and_horizon(xrd, member):
    """Monday from 10:00 (an hour's notice) to 20:00; Tuesday around the booking."""
    BookingFactory(instrument=xrd, start=at(1, 9), end=at(1, 11))
    found = [(s.start, s.end, s.station) for s in free(xrd, at(-1, 0), at(2, 0))]
    assert found == [
        (at(0, 10), at(0, 20), 1),
        (at(1, 8), at(1, 9), 1),
        (at(1, 11), at(1, 20), 1),
    ]
    assert [s.start for s in free(xrd, at(-1, 0), at(2, 0), minutes=90)] == [at(0, 10), at(1, 11)]
    assert free(xrd, at(70, 0), at(80, 0)) == []
    xrd.state = InstrumentState.UNDER_REPAIR
    assert free(xrd, at(0, 0), at(2, 0)) == []
    assert next_free(xrd, 60, NOW) == []


def test_next_free_goes_past_the_weekend_and_fills_from_before(xrd):
    """Friday 19:00 takes one hour, then Monday; at the horizon's end the earliest ones fill the rest."""
    assert [s.start for s in next_free(xrd, 60, at(4, 19))] == [at(4, 19), at(7, 8), at(7, 9)]
    last = NOW + dt.timedelta(days=60)  # Friday 1 May 2026, 09:00
    assert [s.start for s in next_free(xrd, 60, last)] == [last, at(0, 10), at(0, 11)]
    assert [s.start for s in next_free(xrd, 60, last + dt.timedelta(days=9))] == [
        at(0, h) for h in (10, 11, 12)
    ]
    assert next_free(xrd, 45, NOW) == []  # no length the policy allows


def test_next_free_sees_past_a_fortnight_of_maintenance(xrd, steward):
    """The first week has nothing; the search goes on to the horizon."""
    perform(steward, book_maintenance, xrd, start=at(0, 9), end=at(14, 0), reason="搬迁")
    assert [s.start for s in next_free(xrd, 480, at(1, 8))] == [at(d, 8) for d in (14, 15, 16)]


def test_the_week_shows_names_to_those_who_may_know(xrd, steward, member, engineer):
    """A booking over midnight lies on two days; a stranger sees that time is held, not by whom."""
    mine = BookingFactory(instrument=xrd, person=member, start=at(1, 9), end=at(1, 11))
    perform(steward, book_maintenance, xrd, start=at(2, 22), end=at(3, 2), reason="保养")
    view = week(fetched(xrd), at(3, 0).date(), member)
    assert view.first == NOW.date()
    assert [len(d.blocks) for d in view.days] == [0, 1, 1, 1, 0, 0, 0]
    assert [(p.from_minute, p.to_minute) for p in view.days[0].open_parts] == [(480, 1200)]
    assert view.days[6].open_parts == []
    block = view.days[1].blocks[0]
    assert (block.is_mine, block.booking_id, block.person_name) == (True, mine.pk, str(member))
    upkeep = [view.days[d].blocks[0] for d in (2, 3)]
    assert [(b.from_minute, b.to_minute, b.kind) for b in upkeep] == [
        (1320, 1440, "maintenance"),
        (0, 120, "maintenance"),
    ]
    assert {(b.booking_id, b.person_name) for b in upkeep} == {(None, None)}
    assert (view.first_minute, view.last_minute) == (0, 1440)
    assert [d.is_today for d in view.days] == [True] + [False] * 6
    for stranger in (engineer, AnonymousUser()):
        other = week(fetched(xrd), NOW.date(), stranger).days[1].blocks[0]
        assert (other.is_mine, other.booking_id, other.person_name) == (False, None, None)
    known = week(fetched(xrd), NOW.date(), steward, sees_all=True).days[1].blocks[0]
    assert (known.is_mine, known.booking_id) == (False, mine.pk)
    with pytest.raises(ValueError, match="week"):
        week(xrd, dt.date(9999, 12, 31), member)


@pytest.mark.parametrize("crowd", [0, 50])
def test_the_week_costs_at_most_five_queries(xrd, member, crowd):
    """However much it holds."""
    for n in range(crowd):
        BookingFactory(instrument=xrd, person=member, start=at(1, 0) + dt.timedelta(hours=2 * n))
    instrument = fetched(xrd)
    with CaptureQueriesContext(connection) as captured:
        week(instrument, NOW.date(), member)
    assert len(captured) == 2


def test_free_on_a_day_for_all_instruments_at_once(xrd, member):
    """A full one, a closed one, one in repair and one without policy, in a constant number of queries."""
    always = make_instrument()
    full, broken = make_instrument(), make_instrument(state=InstrumentState.SUSPENDED)
    closed = make_instrument(always_open=False)
    twin = make_instrument(station_count=2)
    BookingFactory(instrument=full, start=at(2, 0), end=at(3, 0))
    BookingFactory(instrument=twin, start=at(2, 0), end=at(3, 0))
    BookingFactory(instrument=xrd, start=at(2, 9), end=at(2, 20))
    with CaptureQueriesContext(connection) as captured:
        assert instruments_free_on(at(2, 8), at(2, 20), 60) == {always.pk, twin.pk, xrd.pk}
    cost = len(captured)
    assert instruments_free_on(at(2, 8), at(2, 20), 90) == {always.pk, twin.pk}
    assert instruments_free_on(at(6, 8), at(6, 20)) == {always.pk, twin.pk, full.pk}
    assert instruments_free_on(at(2, 20), at(2, 8)) == set()
    assert instruments_free_on(at(70, 8), at(70, 20), 60) == set()
    assert not {broken.pk, closed.pk} & instruments_free_on(at(2, 8), at(2, 20))
    for _ in range(3):
        make_instrument(workdays=(9, 12))
    with CaptureQueriesContext(connection) as captured:
        assert len(instruments_free_on(at(2, 8), at(2, 20), 60)) == 6
    assert len(captured) == cost == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_one_reading_answers_every_question_alike(rows, member, django_assert_num_queries):
    """Two queries for rows that are given, and none for what is asked of them; the answers agree with each other."""
    made = [make_instrument(station_count=2) for _number in range(rows)]
    half = made[0]
    BookingFactory(instrument=half, start=at(1, 0), end=at(3, 0), station=1)
    BookingFactory(instrument=half, start=at(1, 0), end=at(2, 0), station=2)
    given = [fetched(one) for one in made]
    pks = {one.pk for one in made}
    with django_assert_num_queries(2):
        known = Availability(given, Interval(at(1, 0), at(4, 0)), NOW)
    with django_assert_num_queries(0):
        lengths = known.lengths([at(1, 0).date(), at(2, 12).date()])
        assert known.takes(60) == pks
        assert lengths[half.pk][1] == (dt.timedelta(hours=48), dt.timedelta(hours=24))
        first = known.first(half.pk, Wish((Span(at(1, 0), at(4, 0)),), 60))[0]
        assert (first.start, first.station) == (at(2, 8), 2)
        assert known.next(half.pk, 60, at(1, 0), 1)[0].start == at(2, 0)
        assert [(one.start, one.end, one.station) for one in known.stretches(half.pk)] == [
            (at(2, 0), at(4, 0), 2),
            (at(3, 0), at(4, 0), 1),
        ]
        part = known.longest_part(half.pk, Interval(at(2, 22), at(3, 2)))
        assert (part.start, part.end, part.station) == (at(2, 22), at(3, 2), 2)


def test_lists_of_bookings_by_what_a_person_is(xrd, member, steward):
    """Own, kept, managed, viewed; an officer and a superuser see all, but only custodians decide."""
    asked = BookingFactory(
        instrument=xrd, person=member, start=at(2, 9), state="requested", expires_at=at(1, 9)
    )
    BookingFactory(instrument=xrd, person=steward, start=at(2, 12), state="requested", expires_at=at(1, 9))
    gone = BookingFactory(instrument=xrd, person=member, start=at(3, 9), state="cancelled")
    elsewhere = BookingFactory(start=at(2, 9))
    viewer = UnitRoleFactory(unit=xrd.unit, kind="viewer").person
    manager, officer, admin = make_manager(xrd.unit), make_officer(), AdminFactory()
    waits = {
        person.pk: [b.pk for b in gather(person, kept(person), at(2, 0).date(), NOW).requests]
        for person in (steward, manager, officer, member)
    }
    assert waits[steward.pk] == [asked.pk]
    assert (len(waits[manager.pk]), waits[officer.pk], waits[member.pk]) == (2, [], [])
    days = [gather(steward, kept(steward), at(day, 0).date(), NOW).on_day[xrd.pk] for day in (2, 3)]
    assert [len(rows) for rows in days] == [2, 0]
    assert [b.pk for b in own_bookings(member)] == [gone.pk, asked.pk]
    seen = {
        person.pk: bookings_visible_to(person).count()
        for person in (member, steward, manager, viewer, officer, admin, elsewhere.person)
    }
    assert list(seen.values()) == [2, 3, 3, 3, 4, 4, 1]
    assert bookings_visible_to(AnonymousUser()).count() == 0
    other = make_steward(elsewhere.instrument)
    assert [b.pk for b in bookings_visible_to(other)] == [elsewhere.pk]


def test_usage_records_by_what_a_person_is(xrd, member, steward):
    """One's own visits, kept, managed, viewed; an officer sees all."""
    UsageRecordFactory(instrument=xrd, person=member)
    UsageRecordFactory(instrument=xrd)
    UsageRecordFactory()
    viewer = UnitRoleFactory(unit=xrd.unit, kind="viewer").person
    people = (member, steward, make_manager(xrd.unit), viewer, make_officer())
    assert [usage_visible_to(p).count() for p in people] == [1, 2, 2, 2, 3]
    assert usage_visible_to(AnonymousUser()).count() == 0


def test_an_instrument_without_a_policy_follows_the_defaults(member):
    """Half an hour to eight, an hour ahead, 60 days, with approval."""
    bare = InstrumentFactory()
    OpeningPeriodFactory(instrument=bare, opens=480, closes=1200)
    assert [s.start for s in next_free(bare, 60, NOW)] == [at(0, 10), at(0, 11), at(0, 12)]
    assert instruments_free_on(at(0, 8), at(0, 20)) == {bare.pk}


def test_instruments_kept_as_a_filter(xrd, member, steward):
    """A superuser keeps all, nobody unknown any."""
    make_instrument()
    people = (member, steward, make_manager(xrd.unit), AdminFactory(), AnonymousUser())
    assert [Instrument.objects.filter(in_custody_of(p)).count() for p in people] == [0, 1, 1, 2, 0]


def test_neighbouring_weeks(xrd, member):
    """Mondays all of them."""
    view = week(xrd, at(3, 0).date(), member)
    assert (view.previous, view.next) == (dt.date(2026, 2, 23), dt.date(2026, 3, 9))
