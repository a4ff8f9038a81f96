"""The index of free time agrees with what each instrument offers by itself, whatever happens."""

from __future__ import annotations

import datetime as dt
import random
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from changes import perform
from instruments.availability.models import AvailabilityChange
from instruments.availability.queries import keeping
from instruments.availability.queries.free_times import coming_days, free_times, span_of_days
from instruments.availability.rules.bits import positions
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.decisions import decline_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.sweeps import expire_requests
from instruments.booking.enums import BookingState
from instruments.booking.queries.availability import Availability
from instruments.booking.rules.wishes import Span, Wish
from instruments.inventory.actions.instruments import change_state
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.tasks import keep_availability_now, verify_availability_now
from instruments.terms.actions.policies import set_policy
from instruments.terms.actions.terms import add_exception
from instruments.terms.models import OpeningException
from instruments.terms.rules.hours import local_day, local_midnight
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.limits import PolicyData
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
FORTNIGHT = span_of_days([dt.date(2026, 3, 2) + dt.timedelta(days=n) for n in range(14)])


def first_starts(wish: Wish, now: dt.datetime = NOW) -> dict[int, dt.datetime]:
    """The first start of each instrument by the index."""
    kept = keeping.current(now)
    found = {}
    for start, bits in free_times(kept, wish, now).earliest(kept.index.attributes.everything):
        found |= {kept.index.attributes.pks[place]: start for place in positions(bits)}
    return found


def exact_starts(made, wish: Wish, now: dt.datetime = NOW) -> dict[int, dt.datetime]:
    """The same by the intervals of each instrument."""
    known = Availability(made, Interval(local_midnight(local_day(now)), at(14, 0)), now)
    return {one.pk: slot.start for one in made for slot in known.first(one.pk, wish)}


@pytest.mark.parametrize("any_hour", [False, True])
@pytest.mark.parametrize("minutes", [None, 20, 30, 120, 480, 600])
def test_it_agrees_with_the_instruments_own_offers(minutes, any_hour):
    """Stations, fine and coarse steps, notice, horizon, exceptions, and bookings that nobody could have made there."""
    made = [
        make_instrument(station_count=2, workdays=(9, 18)),
        make_instrument(workdays=(8, 20), policy={"notice_minutes": 2880}),
        make_instrument(policy={"horizon_days": 3}),
        make_instrument(workdays=(8, 20), policy={"step_minutes": 15, "longest_minutes": 600}),
        make_instrument(policy={"step_minutes": 60, "shortest_minutes": 60}),
        make_instrument(policy={"step_minutes": 7, "shortest_minutes": 14, "longest_minutes": 700}),
        make_instrument(always_open=False),
        make_instrument(state=InstrumentState.UNDER_REPAIR),
    ]
    OpeningException.objects.create(instrument=made[6], start=at(5, 8), end=at(5, 12, 10), is_open=True)
    OpeningException.objects.create(instrument=made[2], start=at(1, 10, 10), end=at(1, 17), is_open=False)
    drawn = random.Random(7)
    for number, instrument in enumerate(made):
        for day in range(12):
            start = at(day, 8) + dt.timedelta(minutes=drawn.randrange(0, 300, 30 if number % 2 else 10))
            length = dt.timedelta(minutes=drawn.randrange(30, 500, 10))
            BookingFactory(
                instrument=instrument, start=start, end=start + length, state=BookingState.CONFIRMED
            )
    wish = Wish(FORTNIGHT, minutes, any_hour)
    found = first_starts(wish)
    assert found == exact_starts(made, wish)
    assert found


def test_who_may_book_and_which_day(monday):
    """A broken, a hidden and a closed one never; one for its own unit counts for that unit alone."""
    open_one = make_instrument(workdays=(8, 20))
    inside = make_instrument(workdays=(8, 20), sharing_mode=SharingMode.INTERNAL)
    make_instrument(sharing_mode=SharingMode.NOT_SHARED)
    closed = make_instrument(always_open=False)
    OpeningException.objects.create(instrument=closed, start=at(5, 8), end=at(5, 12), is_open=True)
    BookingFactory(instrument=open_one, start=at(1, 8), end=at(1, 19), state=BookingState.CONFIRMED)
    kept = keeping.current(NOW)
    for unit, any_hour, counts in (
        (None, False, [1, 0, 1, 1, 1, 0, 0]),
        (None, True, [1, 0, 1, 1, 1, 1, 0]),
        (inside.unit_id, False, [2, 1, 2, 2, 2, 0, 0]),
    ):
        by_day = free_times(kept, Wish(FORTNIGHT, None, any_hour), NOW).by_day
        mine = kept.index.attributes.bookable(unit)
        assert [(by_day.get(day, 0) & mine).bit_count() for day in coming_days(NOW)][:7] == counts
    hour = free_times(kept, Wish(FORTNIGHT, 60, any_hour=True), NOW).on([dt.date(2026, 3, 3)])
    assert first_starts(Wish(FORTNIGHT, 60, any_hour=True))[open_one.pk] == at(0, 10)
    place = 1 << kept.index.attributes.position[open_one.pk]
    assert [hour.first + dt.timedelta(minutes=m) for m, bits in hour.starts if bits & place] == [at(1, 19)]


@pytest.mark.usefixtures("kept_index")
def test_every_change_reaches_the_index_by_its_row(xrd, steward, member, django_assert_num_queries):
    """Request, approval, cancelling, expiry, terms, state: after each the index is as if read anew."""
    two = make_instrument(station_count=2, policy={"step_minutes": 15})
    wish = Wish((Span(at(1, 9), at(1, 11), whole=True),), 120)
    kept = keeping.current(NOW)
    assert set(first_starts(wish)) == {xrd.pk, two.pk}

    def is_right() -> set[int]:
        found = first_starts(wish)
        assert keeping.differences(keeping.current(NOW), NOW) == 0
        assert keeping.current(NOW).index is kept.index  # never made anew
        return set(found)

    asked = perform(member, request_booking, xrd, start=at(1, 10), end=at(1, 12), purpose="x")
    assert is_right() == {two.pk}
    perform(steward, decline_booking, asked, reason="no time at all")
    assert is_right() == {xrd.pk, two.pk}
    for _station in range(2):
        last = perform(member, request_booking, two, start=at(1, 9), end=at(1, 10), purpose="x")
    assert is_right() == {xrd.pk}
    perform(member, cancel_booking, last)
    assert is_right() == {xrd.pk, two.pk}
    perform(steward, add_exception, xrd, start=at(1, 8), end=at(1, 12), is_open=False, reason="")
    assert is_right() == {two.pk}
    with django_assert_num_queries(1):
        keeping.current(NOW)


@pytest.mark.usefixtures("kept_index")
def test_a_request_stops_to_hold_when_its_time_is_over(xrd, member, monday):
    """Swept or not: the index lets go of it at that moment."""
    wish = Wish((Span(at(3, 10), at(3, 11), whole=True),), 60)
    keeping.current(NOW)
    perform(member, request_booking, xrd, start=at(3, 10), end=at(3, 11), purpose="x")
    assert xrd.pk not in first_starts(wish)
    later = NOW + dt.timedelta(hours=48)
    monday.move_to(later)
    # Another day: read anew, and right before and after the sweep.
    assert xrd.pk in first_starts(wish, later)
    expire_requests(later)
    assert xrd.pk in first_starts(wish, later)
    assert keeping.differences(keeping.current(later), later) == 0


@pytest.mark.usefixtures("kept_index")
def test_what_is_written_past_the_log_is_found(xrd, tmp_path, settings, capsys, caplog):
    """The copy is compared with the database: a row without its trace is a difference, once."""
    settings.VAR = tmp_path
    keep_availability_now()
    call_command("verify_availability")
    assert "0 differences" in capsys.readouterr().out
    BookingFactory(instrument=xrd, start=at(1, 9), end=at(1, 11), state=BookingState.CONFIRMED)
    with pytest.raises(CommandError, match="4 differences"):
        call_command("verify_availability")
    call_command("verify_availability")
    BookingFactory(instrument=xrd, start=at(2, 9), end=at(2, 10), state=BookingState.CONFIRMED)
    verify_availability_now()
    assert "differed from the database in 2 places" in caplog.text
    AvailabilityChange.objects.create(instrument=xrd, at=NOW - dt.timedelta(days=4))
    verify_availability_now()
    assert not AvailabilityChange.objects.exists()


@pytest.mark.usefixtures("kept_index")
def test_a_copy_is_taken_up_only_where_it_fits(xrd, member, tmp_path, settings, monkeypatch):
    """Not of another day, of another database, of another release, nor half a file."""
    settings.VAR = tmp_path
    keep_availability_now()
    assert keeping.stored(NOW) is not None
    assert keeping.stored(NOW + dt.timedelta(days=1)) is None
    perform(member, request_booking, xrd, start=at(2, 10), end=at(2, 12), purpose="x")
    keep_availability_now()
    assert keeping.stored(NOW) is not None
    # In a restored database a step of the same number is another booking's.
    monkeypatch.setattr(keeping, "_newest_step", lambda: (1, uuid4()))
    keep_availability_now()
    assert keeping.stored(NOW) is None
    whole = keeping.copy_path().read_bytes()
    keeping.copy_path().write_bytes(whole[:50])
    assert keeping.stored(NOW) is None
    keeping.copy_path().unlink()
    assert keeping.stored(NOW) is None


@pytest.mark.usefixtures("kept_index")
def test_rows_that_become_visible_late_are_read(xrd):
    """A change that began earlier may be committed later: its lower number is looked for a minute long."""
    kept = keeping.current(NOW)
    late = AvailabilityChange(pk=5, instrument=xrd, at=NOW)
    AvailabilityChange(pk=6, instrument=xrd, at=NOW).save()
    keeping.current(NOW)
    number = kept.number
    OpeningException.objects.create(instrument=xrd, start=at(1, 8), end=at(1, 20), is_open=False)
    late.save()
    assert keeping.differences(keeping.current(NOW), NOW) == 0
    assert kept.number == number + 1
    assert kept.changes.seen == {5, 6}
    keeping.current(NOW + dt.timedelta(minutes=2))
    assert (kept.changes.low, kept.changes.seen) == (6, set())


@pytest.mark.usefixtures("kept_index")
def test_who_is_far_behind_begins_anew(xrd, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_AT_ONCE", 1)
    kept = keeping.current(NOW)
    for _number in range(2):
        AvailabilityChange.objects.create(instrument=xrd, at=NOW)
    assert keeping.current(NOW) is not kept


@pytest.mark.usefixtures("kept_index")
def test_an_instrument_that_changes_its_step_or_is_added_finds_its_place(steward, manager, xrd):
    """From half hours to quarters, and one that was not there when the index was made."""
    kept = keeping.current(NOW)
    perform(steward, set_policy, xrd, PolicyData(step_minutes=15))
    perform(manager, change_state, xrd, InstrumentState.UNDER_REPAIR, note="x")
    new = make_instrument(station_count=3)
    AvailabilityChange.objects.create(instrument=new, at=NOW)
    assert keeping.differences(keeping.current(NOW), NOW) == 0
    assert keeping.current(NOW) is kept
    assert set(first_starts(Wish(FORTNIGHT, 60))) == {new.pk}
