"""Many changes free time at once: one wish gets one offer, one time is offered to one person."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.terms.rules.hours import local_midnight
from instruments.waiting.enums import WaitState
from instruments.waiting.models import WaitEntry, WaitOffer
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.races.conftest import WIDTH

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
HALF_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def day():
    """A local midnight ten days ahead."""
    return local_midnight(timezone.localdate() + dt.timedelta(days=10))


def waiting(places, start, end, minutes=30) -> WaitEntry:
    """A wish for time on any of these."""
    entry = WaitEntry.objects.create(
        person=PersonFactory(),
        wanted="words:race",
        start=start,
        end=end,
        last_start=end - dt.timedelta(minutes=minutes),
        minutes=minutes,
        any_hour=True,
        said={"purpose": "race", "purpose_kind": "other", "companion": ""},
    )
    entry.places.add(*places)
    return entry


def held_by_the_crowd(places, day) -> list[str]:
    """Each contender holds half an hour of their own on one of the two instruments; all else of the day is held too."""
    for place in places:
        BookingFactory(instrument=place, start=day - dt.timedelta(days=1), end=day + dt.timedelta(hours=1))
        BookingFactory(instrument=place, start=day + dt.timedelta(hours=17), end=day + dt.timedelta(days=2))
    rows = []
    for n in range(2 * (WIDTH // 2)):
        start = day + dt.timedelta(hours=1) + HALF_HOUR * (n // 2)
        rows.append(BookingFactory(instrument=places[n % 2], start=start, end=start + HALF_HOUR))
    for place in places:
        last = day + dt.timedelta(hours=1) + HALF_HOUR * (WIDTH // 2)
        BookingFactory(instrument=place, start=last, end=day + dt.timedelta(hours=17))
    return [str(row.pk) for row in rows]


def test_one_wish_gets_one_offer(race, day):
    """32 give time back on two instruments at once, and each piece would do for the one who waits: one is offered."""
    places = [make_instrument(), make_instrument()]
    entry = waiting(places, day, day + dt.timedelta(days=1))
    (fates,) = race(
        "give_back", places[0], [PersonFactory()], [day], bookings=[held_by_the_crowd(places, day)]
    )
    assert Counter(fate["fate"] for fate in fates) == {"won": WIDTH}
    assert Booking.objects.filter(state=BookingState.OFFERED).count() == 1
    assert WaitOffer.objects.filter(entry=entry).count() == 1
    entry.refresh_from_db()
    assert (entry.state, entry.version) == (WaitState.OFFERED, 2)


def test_control_without_the_line_one_wish_gets_more(race, day):
    """The same crowd, the lock of the wish and its constraint taken away."""
    places = [make_instrument(), make_instrument()]
    waiting(places, day, day + dt.timedelta(days=1))
    rule = next(one for one in WaitOffer._meta.constraints if one.name == "wait_one_offer_at_a_time")
    with connection.schema_editor() as editor:
        editor.remove_constraint(WaitOffer, rule)
    try:
        race(
            "give_back",
            places[0],
            [PersonFactory()],
            [day],
            bookings=[held_by_the_crowd(places, day)],
            blind="line",
        )
        assert WaitOffer.objects.count() > 1
    finally:
        WaitOffer.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(WaitOffer, rule)


def test_one_time_is_offered_once(race, day):
    """32 wait for what 32 give back on one instrument: each gets another time, and no two overlap."""
    place, beside = make_instrument(), make_instrument()
    rows = held_by_the_crowd([place, beside], day)
    entries = [waiting([place], day, day + dt.timedelta(days=1)) for _ in range(WIDTH)]
    race("give_back", place, [PersonFactory()], [day], bookings=[rows])
    offered = list(Booking.objects.filter(state=BookingState.OFFERED).values_list("start", flat=True))
    assert (len(offered), len(set(offered))) == (WIDTH // 2, WIDTH // 2)
    first = {entry.person_id for entry in entries[: WIDTH // 2]}
    assert set(Booking.objects.filter(state=BookingState.OFFERED).values_list("person", flat=True)) == first


def test_one_answer_counts(race, day):
    """Taken, let go, swept and asked for by others at once: in the end at most one holds the slot."""
    place = make_instrument()
    start = day + dt.timedelta(hours=9)
    entry = waiting([place], start, start + HALF_HOUR)
    offer = BookingFactory(
        instrument=place,
        person=entry.person,
        start=start,
        end=start + HALF_HOUR,
        state=BookingState.OFFERED,
        expires_at=timezone.now() + dt.timedelta(hours=1),
    )
    WaitOffer.objects.create(entry=entry, booking=offer)
    WaitEntry.objects.filter(pk=entry.pk).update(state=WaitState.OFFERED)
    (fates,) = race("answer", place, [PersonFactory(), PersonFactory()], [start], bookings=[str(offer.pk)])
    told = Counter(fate["fate"] for fate in fates)
    assert set(told) <= {"won", "SlotTaken", "WrongBookingState", "swept"}
    assert Booking.objects.holding().filter(start=start).count() <= 1
    offer.refresh_from_db()
    entry.refresh_from_db()
    answers = {
        BookingState.CONFIRMED: ("taken", WaitState.SERVED),
        BookingState.CANCELLED: ("let_go", WaitState.WAITING),
        BookingState.EXPIRED: ("lapsed", WaitState.WAITING),
    }
    answer, _state = answers[BookingState(offer.state)]
    assert WaitOffer.objects.get(booking=offer).answer == answer
    assert entry.is_open == (offer.state != BookingState.CONFIRMED)
