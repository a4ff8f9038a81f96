"""What ends, resolves: bookings whose instrument is taken away are shown, asked about, settled, and never missed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone, translation

from audit.models import Entry
from changes import perform, subscribe
from changes.dependants import KEEP, OFFER
from changes.errors import Unresolved
from changes.events import _subscribers
from instruments.booking.actions.sweeps import mark_no_shows, remind_bookings
from instruments.booking.enums import BookingState
from instruments.booking.events import TimeFreed
from instruments.booking.models import Booking
from instruments.inventory.actions.instruments import change_state
from instruments.terms.actions.terms import add_exception, remove_exception, set_opening
from instruments.terms.models import OpeningException, OpeningPeriod
from instruments.terms.rules.opening import WeeklyPeriod
from notices.kinds import write
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.instruments.inventory.test_inventory import address, client_of
from tests.instruments.terms.test_terms_pages import at

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # a Monday, 10:00 in the region
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def monday():
    """Time stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def instrument():
    """Open on workdays."""
    return make_instrument(workdays=(8, 20), rates=True)


@pytest.fixture
def steward(instrument):
    """Keeps it."""
    return make_steward(instrument)


@pytest.fixture
def booked(instrument):
    """Three people: tomorrow, on Wednesday (a request), in a week."""
    made = [
        BookingFactory(instrument=instrument, start=NOW + days * DAY, end=NOW + days * DAY + 2 * HOUR)
        for days in (1, 2, 7)
    ]
    Booking.objects.filter(pk=made[1].pk).update(state=BookingState.REQUESTED, expires_at=NOW + DAY)
    for one in made:
        one.refresh_from_db()
    return made


def states(booked):
    """Where they stand now."""
    found = Booking.objects.in_bulk([one.pk for one in booked])
    return [found[one.pk].state for one in booked]


def told():
    """Whom which kind of notice reached."""
    return sorted(Notice.objects.values_list("person_id", "kind"))


@pytest.mark.parametrize(
    ("typed", "shown"), [("光管坏了。", "光管坏了"), ("The tube broke.", "The tube broke"), ("光管", "光管")]
)
def test_a_reason_ends_once(instrument, steward, booked, typed, shown):
    """The sentence that goes on after the reason has a full stop of its own; one typed is not said again."""
    choices = {str(one.pk): "cancel" for one in booked}
    perform(steward, change_state, instrument, state="under_repair", note=typed, choices=choices)
    notices = list(Notice.objects.filter(kind="booking_taken_away"))
    assert len(notices) == len(booked)
    for notice in notices:
        for language, sentence in (("zh-hans", f"原因：{shown}。"), ("en", f"Reason: {shown}. ")):
            with translation.override(language):
                assert sentence in write(notice.kind, notice.context, language).body


BEFORE = ["confirmed", "requested", "confirmed"]
TAKERS = [
    (change_state, {"state": "under_repair", "note": "光管"}),
    (change_state, {"state": "suspended", "note": "光管"}),
    (change_state, {"state": "retired", "note": "光管"}),
    (add_exception, {"start": NOW + DAY, "end": NOW + 8 * DAY, "is_open": False, "reason": "光管"}),
    (set_opening, {"periods": [WeeklyPeriod(0, 0, 60)]}),
]


@pytest.mark.parametrize(("action", "given"), TAKERS)
def test_nothing_is_taken_away_unseen(instrument, steward, booked, action, given):
    """Without a word, or with one about some only, it is refused, names all, and changes nothing."""
    weeks = list(OpeningPeriod.objects.values())
    for choices in ({}, {str(booked[0].pk): "cancel"}, {str(one.pk): "sell" for one in booked}):
        with pytest.raises(Unresolved) as refused:
            perform(steward, action, instrument, **given, choices=choices)
        assert [one.key for one in refused.value.hits][:2] == [str(one.pk) for one in booked][:2]
    instrument.refresh_from_db()
    assert (instrument.state, states(booked), told()) == ("in_service", BEFORE, [])
    assert list(OpeningPeriod.objects.values()) == weeks
    assert not OpeningException.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("action", "given"), TAKERS)
def test_all_are_cancelled_in_the_same_change(instrument, steward, booked, action, given):
    """Each person is told once, requests too; the time is free again and each stands in the history."""
    freed = []
    subscribe(TimeFreed, lambda work, event: freed.append(event.start))
    try:
        perform(steward, action, instrument, **given, choices={str(one.pk): "cancel" for one in booked})
    finally:
        _subscribers[TimeFreed].pop()
    assert states(booked) == ["cancelled"] * 3
    assert told() == sorted((one.person_id, "booking_taken_away") for one in booked)
    assert sorted(freed) == [one.start for one in booked]
    assert Entry.objects.filter(verb="instruments.booking.cancelled", actor=steward).count() == 3
    if action is not set_opening:
        assert {one.reason for one in Booking.objects.all()} == {"光管"}


@pytest.mark.parametrize(("action", "given"), TAKERS)
def test_what_stands_on_another_instrument_is_not_asked_about(instrument, steward, booked, action, given):
    """Of the same unit, at the same time."""
    beside = make_instrument(unit=instrument.unit)
    other = BookingFactory(instrument=beside, start=booked[0].start, end=booked[0].end)
    with pytest.raises(Unresolved) as refused:
        perform(steward, action, instrument, **given)
    assert {one.key for one in refused.value.hits} == {str(one.pk) for one in booked}
    perform(steward, action, instrument, **given, choices={str(one.pk): "cancel" for one in booked})
    assert states([other]) == ["confirmed"]


def test_each_its_own_and_whoever_comes_after_the_repair_is_left_alone(instrument, steward, booked):
    """Back on Monday: the booking of that day is not hit; one stays, one is asked to move."""
    choices = {str(booked[0].pk): KEEP, str(booked[1].pk): OFFER}
    back_on = dt.date(2026, 3, 9)
    perform(steward, change_state, instrument, "under_repair", note="光管", back_on=back_on, choices=choices)
    assert states(booked) == BEFORE
    assert told() == sorted(
        [(booked[0].person_id, "booking_in_doubt"), (booked[1].person_id, "booking_to_move")]
    )
    instrument.refresh_from_db()
    assert instrument.back_on == back_on
    with pytest.raises(Unresolved) as refused:
        perform(steward, change_state, instrument, "under_repair", note="光管", back_on=back_on + DAY)
    assert [one.key for one in refused.value.hits] == [str(booked[2].pk)]


def test_a_retired_instrument_keeps_nobody(instrument, steward, booked):
    """Keeping is no choice there."""
    with pytest.raises(Unresolved):
        perform(
            steward,
            change_state,
            instrument,
            "retired",
            note="x",
            choices={str(one.pk): "keep" for one in booked},
        )
    assert states(booked) == BEFORE


def test_free_times_are_offered_in_both_languages(instrument, steward, booked):
    """Those after the closure, since it holds already when they are looked for."""
    given = {"start": NOW + DAY, "end": NOW + DAY + 3 * HOUR, "is_open": False, "reason": "停电"}
    perform(steward, add_exception, instrument, **given, choices={str(booked[0].pk): "offer"})
    others = Notice.objects.get().context["others"]
    assert set(others) == {"zh", "en"}
    assert "13:00" in others["en"]
    assert states(booked) == BEFORE


def test_a_booking_outside_the_hours_already_is_not_asked_about_again(instrument, steward):
    """Only what the change itself takes away counts; taking an opening back counts too."""
    saturday = BookingFactory(instrument=instrument, start=NOW + 5 * DAY, end=NOW + 5 * DAY + HOUR)
    opened = OpeningException.objects.create(
        instrument=instrument, start=saturday.start, end=saturday.end, is_open=True
    )
    with pytest.raises(Unresolved):
        perform(steward, remove_exception, opened)
    assert OpeningException.objects.count() == 1
    perform(steward, remove_exception, opened, choices={str(saturday.pk): "keep"})
    perform(steward, set_opening, instrument, [WeeklyPeriod(0, 0, 60)])
    assert told() == [(saturday.person_id, "booking_in_doubt")]


@pytest.mark.parametrize("how", ["state", "closure", "back_again"])
def test_nobody_is_missed_at_a_shut_door(instrument, steward, how):
    """Kept, but the door was shut: cancelled with the reason, never a no-show; an open door still counts."""
    kept = BookingFactory(instrument=instrument, start=NOW + DAY, end=NOW + DAY + 2 * HOUR)
    choices = {str(kept.pk): "keep"}
    if how == "closure":
        span = {"start": kept.start, "end": kept.end}
        perform(steward, add_exception, instrument, **span, is_open=False, reason="停电", choices=choices)
    else:
        perform(steward, change_state, instrument, "under_repair", note="停电", choices=choices)
    if how == "back_again":
        with time_machine.travel(kept.start + dt.timedelta(minutes=20), tick=False):
            perform(steward, change_state, instrument, "in_service")
    other = BookingFactory(start=kept.start, end=kept.end)
    with time_machine.travel(kept.start + HOUR, tick=False):
        assert mark_no_shows(timezone.now()) == 2
    assert states([kept, other]) == ["cancelled", "no_show"]
    assert (kept.person_id, "booking_taken_away") in told()
    assert (kept.person_id, "booking_no_show") not in told()


def test_the_reminder_knows_the_shut_door(instrument, steward):
    """Who would come in vain is asked to move instead."""
    kept = BookingFactory(
        instrument=instrument, start=NOW + DAY, end=NOW + DAY + HOUR, requested_at=NOW - 9 * DAY
    )
    perform(steward, change_state, instrument, "under_repair", note="x", choices={str(kept.pk): "keep"})
    Notice.objects.all().delete()
    assert remind_bookings(NOW + HOUR) == 1
    assert told() == [(kept.person_id, "booking_to_move")]


def test_the_state_page_shows_and_asks_before_it_saves(instrument, steward, booked):
    """First all that is hit with a choice for each, what was chosen stays; then it is saved and shown to the hit."""
    client, url = client_of(steward), address("change_state", instrument)
    typed = {"state": "under_repair", "note": "Tube", "back_on": "2026-03-09", "version": "1"}
    answer = client.post(url, {**typed, f"choice_{booked[0].pk}": "cancel"})
    page = answer.content.decode()
    assert (answer.status_code, [hit.one.key for hit in answer.context["hits"]]) == (
        422,
        [str(booked[0].pk), str(booked[1].pk)],
    )
    assert '<option value="cancel" selected>' in page
    assert 'value="2026-03-09"' in page
    assert states(booked) == BEFORE
    chosen = {f"choice_{booked[0].pk}": "cancel", f"choice_{booked[1].pk}": "keep"}
    assert client.post(url, {**typed, **chosen}).status_code == 302
    assert states(booked) == ["cancelled", "requested", "confirmed"]
    mine = client_of(booked[1].person).get(f"/bookings/{booked[1].pk}/").content.decode()
    assert "Tube" in mine
    assert "nobody counts it as missed" in mine
    free = client_of(booked[2].person).get(f"/bookings/{booked[2].pk}/").content.decode()
    assert "nobody counts it as missed" not in free


def test_the_pages_of_hours_and_exceptions_ask_too(instrument, steward, booked):
    """Each within its own form."""
    client = client_of(steward)
    week = {"day_0_0_opens": "09:00", "day_0_0_closes": "20:00"}
    closure = {"start": "2026-03-03T00:00", "end": "2026-03-04T00:00", "kind": "closed", "reason": "停电"}
    for name, data, wrong in (("set_opening", week, "week"), ("add_exception", closure, "exception")):
        answer = client.post(at(name, instrument), data)
        assert (answer.status_code, answer.context["hit_by"]) == (422, wrong)
        assert answer.content.decode().count(f'name="choice_{booked[0].pk}"') == 1
    answer = client.post(at("add_exception", instrument), {**closure, f"choice_{booked[0].pk}": "cancel"})
    assert answer.status_code == 302
    assert states(booked)[0] == "cancelled"
