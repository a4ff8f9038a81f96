"""The weeks around today: as full ahead as behind, nobody in two places, nobody at night who would not be."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise

import pytest
import time_machine

from demo.instruments import DEMO_PAIR
from demo.recent import special_states
from demo.seating import REPAIR_DAYS
from demo.terms import OPENING
from demo.texts import Use
from demo.visitors import Agenda, User
from demo.weeks import Slot, Weeks
from folding.times import LOCAL
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState
from instruments.inventory.models import Instrument
from instruments.terms.models import OpeningException
from notices.models import Notice
from tests.demo.conftest import made

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)  # a Tuesday
MIDNIGHT = dt.datetime.combine(TODAY, dt.time.min, LOCAL)
NOW = MIDNIGHT + dt.timedelta(hours=10, minutes=40)


@pytest.fixture(scope="module")
def morning_network(django_db_setup, django_db_blocker):
    """A small network as seeded on a working morning, and still that morning."""
    with time_machine.travel(NOW, tick=True):
        yield from made("small", django_db_blocker)


@pytest.fixture(autouse=True)
def network(morning_network):
    return morning_network


def minutes(moment):
    return int((moment - MIDNIGHT).total_seconds() // 60)


def bookable(network):
    return [
        draft
        for draft in network.instruments
        if draft.is_shared
        and draft.row.state == InstrumentState.IN_SERVICE
        and draft.row.code not in DEMO_PAIR
    ]


def held_by(draft):
    rows = Booking.objects.holding(NOW).filter(instrument=draft.row).values_list("start", "end")
    return [(minutes(start), minutes(end)) for start, end in rows]


@pytest.mark.parametrize("week", [-1, 0, 1, 2, 3])
def test_office_hours_are_between_40_and_70_percent_booked(network, week):
    """Of the open time from 8 to 18 on the working days of a week, over all bookable instruments."""
    whole = booked = 0
    for draft in bookable(network):
        held = held_by(draft)
        for day in range(week * 7 + 1, week * 7 + 8):
            weekday = (TODAY + dt.timedelta(days=day)).weekday()
            for opens, closes in OPENING[draft.opening].get(weekday, ()) if weekday < 5 else ():
                begin, stop = day * 1440 + max(opens, 480), day * 1440 + min(closes, 1080)
                whole += (stop - begin) * draft.row.station_count
                booked += sum(max(0, min(end, stop) - max(start, begin)) for start, end in held)
    assert 40 <= booked / whole * 100 <= 70


def test_nobody_is_in_two_places_at_once():
    """Over all that is on record and booked, years back too."""
    agendas = defaultdict(list)
    for person, start, end in (
        Booking.objects.holding(NOW).filter(kind=BookingKind.USE).values_list("person_id", "start", "end")
    ):
        agendas[person].append((start, end))
    assert len(agendas) > 50
    for agenda in agendas.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(agenda)))


def test_at_night_and_on_sundays_only_what_needs_nobody(network):
    """A booking that touches the hours from 22 to 6 or a Sunday is a run, on a computer, or of the night sky."""
    kinds = {draft.row.pk: draft.template.use for draft in network.instruments}
    seen = set()
    rows = Booking.objects.holding(NOW).values_list("instrument_id", "start", "end")
    for instrument, begin, stop in rows:
        start, end = begin.astimezone(LOCAL), stop.astimezone(LOCAL) - dt.timedelta(minutes=1)
        use = kinds[instrument]
        seen.add(use)
        if use in {Use.VISIT, Use.DAY}:
            assert start.date() == end.date()
            assert 8 <= start.hour <= end.hour < 21
            assert start.weekday() < 6
        elif use == Use.RUN:
            assert 8 <= start.hour < 24
    assert {Use.VISIT, Use.RUN} <= seen


def test_bookings_around_today_keep_the_opening_hours(network):
    openings = {draft.row.pk: draft.opening for draft in network.instruments}
    rows = Booking.objects.holding(NOW).filter(
        start__gte=MIDNIGHT - dt.timedelta(days=8), kind=BookingKind.USE
    )
    assert rows.count() > 500
    for instrument, begin, stop in rows.values_list("instrument_id", "start", "end"):
        if openings[instrument] == "always":
            continue
        start, end = minutes(begin), minutes(stop)
        day = start // 1440
        windows = OPENING[openings[instrument]][(TODAY + dt.timedelta(days=day)).weekday()]
        assert any(opens <= start - day * 1440 and end - day * 1440 <= closes for opens, closes in windows)


def test_bookings_around_today_keep_the_rules_of_their_instruments(network):
    rules = {draft.row.pk: draft.policy for draft in network.instruments}
    rows = Booking.objects.filter(start__gte=MIDNIGHT - dt.timedelta(days=8), kind=BookingKind.USE)
    for row in rows:
        terms, length = rules[row.instrument_id], minutes(row.end) - minutes(row.start)
        assert terms.shortest_minutes <= length <= terms.longest_minutes
        assert length % terms.step_minutes == 0
        assert (row.start.astimezone(LOCAL).hour * 60 + row.start.minute) % terms.step_minutes == 0
        ahead = row.start - row.requested_at
        assert dt.timedelta(minutes=terms.notice_minutes) <= ahead
        assert ahead <= dt.timedelta(days=terms.horizon_days, minutes=1)
        if row.decided_at is not None:
            assert row.requested_at <= row.decided_at <= max(row.start, NOW + dt.timedelta(hours=1))


def test_the_two_demo_instruments_are_booked_this_week_and_free_in_weeks_2_to_4():
    held = Booking.objects.holding(NOW).filter(instrument__code__in=DEMO_PAIR)
    for code in DEMO_PAIR:
        assert held.filter(instrument__code=code, start__gt=NOW).exists()
        assert held.filter(instrument__code=code, end__lt=NOW).exists()
    second, fourth = MIDNIGHT + dt.timedelta(days=7), MIDNIGHT + dt.timedelta(days=29)
    assert not held.filter(end__gt=second, start__lt=fourth).exists()


def test_last_week_is_in_the_calendars_with_its_records():
    last = Booking.objects.filter(
        start__gte=MIDNIGHT - dt.timedelta(days=7), end__lte=NOW, kind=BookingKind.USE
    )
    done = last.filter(state=BookingState.COMPLETED)
    assert done.count() > 100
    assert {"completed", "cancelled", "no_show"} <= set(last.values_list("state", flat=True))
    for booking in done.prefetch_related("usage_records"):
        (record,) = booking.usage_records.all()
        assert (record.start, record.end, record.income) == (booking.start, booking.end, booking.price)


def test_some_are_sold_out_for_a_week(network):
    """From tomorrow on no free stretch of their opening time takes a booking."""
    full = [draft for draft in bookable(network) if not _has_room(draft)]
    assert 1 <= len(full) <= 4


def _has_room(draft):
    held, terms = sorted(held_by(draft)), draft.policy
    for day in range(1, 8):
        for opens, closes in OPENING[draft.opening].get((TODAY + dt.timedelta(days=day)).weekday(), ()):
            start = -(-opens // terms.step_minutes) * terms.step_minutes + day * 1440
            for begin, end in [*((a, b) for a, b in held if b > start), (day * 1440 + closes,) * 2]:
                if min(begin, day * 1440 + closes) - start >= terms.shortest_minutes:
                    return True
                start = max(start, end)
    return False


def test_requests_wait_for_a_decision(network):
    waiting = Booking.objects.filter(state=BookingState.REQUESTED)
    steward = network.people.accounts["steward"]
    assert 10 <= waiting.count() <= 40
    assert 4 <= waiting.filter(instrument__stewardships__person=steward).count() <= 14
    assert not waiting.filter(expires_at__lte=NOW).exists()


def test_one_is_under_repair_one_maintained_one_closed(network):
    steward = network.people.accounts["steward"]
    kept = Instrument.objects.filter(stewardships__person=steward)
    broken = kept.get(state=InstrumentState.UNDER_REPAIR)
    assert broken.back_on == TODAY + dt.timedelta(days=REPAIR_DAYS)
    hit = Booking.objects.holding(NOW).filter(
        instrument=broken, start__gt=NOW, end__lt=MIDNIGHT + dt.timedelta(days=REPAIR_DAYS)
    )
    assert hit.count() >= 3
    told = Notice.objects.filter(kind="booking_to_move")
    assert set(hit.values_list("person", flat=True)) == set(told.values_list("person", flat=True))
    assert hit.filter(person=network.people.accounts["researcher"]).exists()
    assert kept.filter(bookings__kind=BookingKind.MAINTENANCE, bookings__start__gt=NOW).count() == 1
    closed = OpeningException.objects.filter(instrument__in=kept, reason="实验楼电力检修，停电一天")
    (row,) = closed
    assert (
        not Booking.objects.holding(NOW)
        .overlapping(row.start, row.end)
        .filter(instrument=row.instrument_id)
        .exists()
    )


def test_the_stewards_day_has_all_that_a_day_has(network):
    tomorrow = MIDNIGHT + dt.timedelta(days=1)
    today = Booking.objects.filter(
        instrument__stewardships__person=network.people.accounts["steward"],
        end__gt=MIDNIGHT,
        start__lt=tomorrow,
    )
    states = defaultdict(list)
    for booking in today:
        late = booking.state == BookingState.CONFIRMED and booking.start <= NOW
        overdue = booking.state == BookingState.IN_USE and booking.end <= NOW
        states["late" if late else "overdue" if overdue else str(booking.state)].append(booking)
    assert len(states["in_use"]) >= 4
    assert len(states["confirmed"]) >= 5
    assert len(states["requested"]) >= 2
    assert len(states["overdue"]) <= 1
    assert len(states["late"]) <= 2
    assert len({booking.instrument_id for booking in today}) >= 6
    seats = [(booking.instrument_id, booking.station) for booking in states["in_use"] + states["overdue"]]
    assert len(seats) == len(set(seats))


def test_who_has_not_left_and_who_has_not_come(network):
    """At a steward's instrument somebody is past the end only where nobody sits, and few are late."""
    draft = next(d for d in network.instruments if d.row.code == "IMU-DEMO-SEM")
    user = User(1, "甲", "乙", "internal")
    left, sits = Slot(draft, 1, 400, 520, user=user), Slot(draft, 1, 520, 700, user=user)
    weeks = Weeks(TODAY, 600, [left, sits], [draft])
    assert special_states(weeks) == {}
    weeks.slots = [left]
    assert special_states(weeks) == {id(left): BookingState.IN_USE}
    weeks.slots = [Slot(draft, 1, 400, 480, user=user)]
    assert special_states(weeks) == {}
    late = Slot(draft, 1, 580, 700, user=user)
    weeks.slots = [late]
    assert special_states(weeks) == {id(late): BookingState.CONFIRMED}
    weeks.kept = []
    assert special_states(weeks) == {}


def test_an_agenda_takes_each_half_hour_once():
    agenda = Agenda()
    assert agenda.take(1, 60, 120)
    assert not agenda.take(1, 90, 150)
    assert not agenda.take(1, 0, 61)
    assert agenda.take(1, 120, 180)
    assert agenda.take(2, 60, 120)
