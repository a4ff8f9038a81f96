"""Series later on: given back and moved from one time on, all or none, told once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.series import (
    approve_series,
    cancel_series,
    move_series,
)
from instruments.booking.errors import NothingFits, RulesBroken, SeriesBroken
from instruments.booking.queries.series import bookings_of
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.terms.rules.intervals import Interval
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.booking.series import ask, states, told
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestGivingBack:
    """`cancel_series`."""

    def test_this_and_the_following(self, instrument):
        """What came before stays; the steward hears once."""
        person, steward = PersonFactory(), make_steward(instrument)
        series = ask(person, instrument)
        rows = bookings_of(series)
        done = perform(person, cancel_series, rows[1], reason="样品没到")
        assert [row.pk for row in done] == [row.pk for row in rows[1:]]
        assert states(series) == ["confirmed", "cancelled", "cancelled", "cancelled"]
        assert told(steward) == ["series_cancelled"]
        with pytest.raises(NothingFits):
            perform(person, cancel_series, rows[1])

    def test_what_cannot_be_given_back_any_more_stays(self, instrument, monday):
        """Two hours before the first one its last moment is over; the others are given back."""
        person = PersonFactory()
        series = ask(person, instrument)
        monday.move_to(at(2, 8))
        perform(person, cancel_series, bookings_of(series)[0])
        assert states(series) == ["confirmed", "cancelled", "cancelled", "cancelled"]

    def test_a_booking_alone_and_a_long_reason_are_refused(self, instrument):
        """Nothing changes."""
        person = PersonFactory()
        alone = perform(person, request_booking, instrument, start=at(4, 9), end=at(4, 11), purpose="测试")
        with pytest.raises(ValueError, match="alone"):
            perform(person, cancel_series, alone)
        series = ask(person, instrument)
        for reason in ("长" * 301, "样品\0没到"):
            with pytest.raises(RulesBroken):
                perform(person, cancel_series, bookings_of(series)[0], reason=reason)
        with pytest.raises(NotAllowed):
            perform(PersonFactory(), cancel_series, bookings_of(series)[0])
        with pytest.raises(StaleVersion):
            perform(person, cancel_series, bookings_of(series)[0], seen=1)
        assert states(series) == ["confirmed"] * 4


class TestMoving:
    """`move_series`."""

    def test_this_and_the_following_by_as_much(self, instrument):
        """The one before stays; the steward hears once, of the old time and the new."""
        person, steward = PersonFactory(), make_steward(instrument)
        series = ask(person, instrument)
        perform(person, move_series, bookings_of(series)[1], start=at(10, 13), end=at(10, 16))
        assert [(row.start, row.end) for row in bookings_of(series)] == [
            (at(2, 9), at(2, 11)),
            *((at(n, 13), at(n, 16)) for n in (10, 17, 24)),
        ]
        assert told(steward) == ["series_moved"]
        context = Notice.objects.get(person=steward).context
        assert (context["count"], context["old_start"]["at"]) == (3, "2026-03-11T01:00:00+00:00")
        # Three hours each of somebody of another member unit, see RATES.
        assert context["price"] == {"number": "1080.00"}

    @pytest.mark.parametrize("days", [-1, 1])
    def test_a_time_takes_the_place_of_the_one_beside_it(self, instrument, days):
        """A daily series goes a day on, or back: each time gives its place to the next one to move."""
        person = PersonFactory()
        times = occurrences(Interval(at(2, 9), at(2, 11)), rule_of("daily", 3))
        series = ask(person, instrument, times)
        perform(person, move_series, bookings_of(series)[0], start=at(2 + days, 9), end=at(2 + days, 11))
        assert [row.start for row in bookings_of(series)] == [at(n + days, 9) for n in (2, 3, 4)]

    def test_all_or_none(self, instrument):
        """One new time is taken: none moves, nobody hears, that time is named."""
        BookingFactory(instrument=instrument, start=at(17, 14), end=at(17, 15))
        person, steward = PersonFactory(), make_steward(instrument)
        series = ask(person, instrument)
        with pytest.raises(SeriesBroken) as refused:
            perform(person, move_series, bookings_of(series)[0], start=at(3, 13), end=at(3, 15))
        assert [time.start for time in refused.value.times] == [at(17, 13)]
        assert [row.start for row in bookings_of(series)] == [at(n, 9) for n in (2, 9, 16, 23)]
        assert told(steward) == []

    def test_times_turned_round_are_refused(self, instrument):
        """An end before its start, for one of them or all."""
        person = PersonFactory()
        series = ask(person, instrument)
        with pytest.raises(SeriesBroken):
            perform(person, move_series, bookings_of(series)[0], start=at(2, 13), end=at(2, 12))

    def test_where_it_must_be_approved_the_steward_reads_one_request(self, asked_for):
        """All of them wait again."""
        instrument, steward = asked_for
        person = PersonFactory()
        series = ask(person, instrument)
        perform(steward, approve_series, series)
        perform(person, move_series, bookings_of(series)[0], start=at(3, 9), end=at(3, 11))
        assert states(series) == ["requested"] * 4
        assert told(steward) == ["series_requested", "series_requested"]

    def test_a_steward_moves_it_and_the_person_hears(self, asked_for):
        """Approved ones stay approved."""
        instrument, steward = asked_for
        person = PersonFactory()
        series = ask(person, instrument)
        perform(steward, approve_series, series)
        perform(steward, move_series, bookings_of(series)[0], start=at(3, 9), end=at(3, 11))
        assert states(series) == ["confirmed"] * 4
        assert told(person) == ["series_approved", "series_moved"]

    def test_what_cannot_be_moved_is_refused(self, instrument):
        """A booking alone, one given back, one of another, one that changed since it was seen."""
        person = PersonFactory()
        alone = perform(person, request_booking, instrument, start=at(4, 9), end=at(4, 11), purpose="测试")
        wish = {"start": at(5, 9), "end": at(5, 11)}
        with pytest.raises(ValueError, match="alone"):
            perform(person, move_series, alone, **wish)
        series = ask(person, instrument)
        rows = bookings_of(series)
        with pytest.raises(NotAllowed):
            perform(PersonFactory(), move_series, rows[0], **wish)
        with pytest.raises(StaleVersion):
            perform(person, move_series, rows[0], **wish, seen=7)
        perform(person, cancel_series, rows[2])
        with pytest.raises(NothingFits):
            perform(person, move_series, rows[3], **wish)
        assert states(series) == ["confirmed", "confirmed", "cancelled", "cancelled"]

    def test_the_page_of_a_booking_moves_the_rest(self, client, instrument):
        """The box is there for a series alone; what cannot be had is named, nothing typed is lost."""
        BookingFactory(instrument=instrument, start=at(17, 14), end=at(17, 15))
        person = PersonFactory()
        series = ask(person, instrument)
        row = bookings_of(series)[0]
        client.force_login(person)
        address = reverse("instruments:booking_act", args=[row.pk, "move"])
        sent = {
            "day": "2026-03-05",
            "start_time": "13:00",
            "end_time": "15:00",
            "following": "on",
            "version": 1,
        }
        answer = client.post(address, sent)
        assert answer.status_code == 409
        assert "3月19日" in answer.context["tried"].message
        assert answer.context["tried"].form["following"].value()
        moved = client.post(address, sent | {"start_time": "15:00", "end_time": "16:00"})
        assert moved.status_code == 302, moved.context["tried"]
        assert [one.start for one in bookings_of(series)] == [at(n, 15) for n in (3, 10, 17, 24)]
        alone = perform(person, request_booking, instrument, start=at(4, 9), end=at(4, 11), purpose="测试")
        page = client.get(reverse("instruments:booking", args=[alone.pk]))
        move = next(choice.form for choice in page.context["choices"] if choice.act.slug == "move")
        assert "following" not in move.fields
