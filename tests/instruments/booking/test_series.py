"""Series: seen before they are booked, all or those that can be had, decided and given back as one, told once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.series import (
    approve_series,
    decline_series,
)
from instruments.booking.errors import NothingFits, RulesBroken, SeriesBroken
from instruments.booking.models import Booking, BookingSeries
from instruments.booking.queries.series import bookings_of, judged_series, version_of
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.terms.models import OpeningException
from instruments.terms.rules.intervals import Interval
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.booking.series import ask, states, told, weekly
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestAsking:
    """`request_series`."""

    def test_every_time_is_a_booking_and_the_person_hears_once(self, instrument):
        """Four rows of one series, each priced and on record; one notice with the sum."""
        person = PersonFactory()
        series = ask(person, instrument)
        rows = bookings_of(series)
        assert [(row.start, row.end) for row in rows] == [(at(n, 9), at(n, 11)) for n in (2, 9, 16, 23)]
        assert {row.purpose for row in rows} == {"稀土矿"}
        assert told(person) == ["series_confirmed"]
        notice = Notice.objects.get()
        assert (notice.context["count"], notice.context["price"]) == (4, {"number": str(4 * rows[0].price)})
        verbs = list(Entry.objects.order_by("sequence").values_list("verb", flat=True))
        assert verbs == [*["instruments.booking.confirmed"] * 4, "instruments.series.made"]
        assert series.rule == "FREQ=WEEKLY;COUNT=4"

    def test_one_that_cannot_be_had_undoes_all(self, instrument):
        """Nothing is booked, nobody is told, nothing is on record."""
        BookingFactory(instrument=instrument, start=at(9, 10), end=at(9, 12))
        person = PersonFactory()
        with pytest.raises(SeriesBroken) as refused:
            ask(person, instrument)
        assert [time.start for time in refused.value.times] == [at(9, 9)]
        assert not Booking.objects.filter(person=person).exists()
        assert not BookingSeries.objects.exists()
        assert not Notice.objects.exists()
        assert not Entry.objects.exists()

    def test_or_it_is_left_out(self, instrument):
        """The others are booked; the history says how many were left out."""
        BookingFactory(instrument=instrument, start=at(9, 10), end=at(9, 12))
        OpeningException.objects.create(instrument=instrument, start=at(16, 0), end=at(17, 0))
        person = PersonFactory()
        series = ask(person, instrument, leave_out=True)
        assert [row.start for row in bookings_of(series)] == [at(2, 9), at(23, 9)]
        after = Entry.objects.get(verb="instruments.series.made").after
        assert (after["booked"], after["left_out"]) == (2, 2)

    def test_where_none_can_be_had_there_is_no_series(self, instrument):
        """Nothing stays behind."""
        OpeningException.objects.create(instrument=instrument, start=at(0, 0), end=at(40, 0))
        with pytest.raises(NothingFits):
            ask(PersonFactory(), instrument, leave_out=True)
        assert not BookingSeries.objects.exists()

    @pytest.mark.parametrize("count", [1, 53])
    def test_no_other_number_of_times(self, instrument, count):
        """Whoever calls it is told; nothing is written."""
        times = [Interval(at(n, 9), at(n, 10)) for n in range(count)]
        with pytest.raises(ValueError, match="2 to 52"):
            ask(PersonFactory(), instrument, times)
        assert not BookingSeries.objects.exists()

    def test_times_that_overlap_are_no_series(self, instrument):
        """Even where the instrument has two stations."""
        times = [Interval(at(2, 9), at(2, 11)), Interval(at(2, 10), at(2, 12))]
        with pytest.raises(ValueError, match="overlap"):
            ask(PersonFactory(), instrument, times)

    def test_who_may_not_book_asks_for_no_series(self):
        """An instrument that others cannot see."""
        hidden = make_instrument(sharing_mode="not_shared")
        with pytest.raises(NotAllowed):
            ask(PersonFactory(), hidden)


class TestJudging:
    """`judged_series`."""

    def test_it_says_what_the_asking_would_say(self, instrument):
        """A taken time, a closed one, one held elsewhere, one that is free: as each would be judged alone."""
        person = PersonFactory()
        BookingFactory(instrument=instrument, start=at(9, 10), end=at(9, 12))
        OpeningException.objects.create(instrument=instrument, start=at(16, 0), end=at(17, 0))
        other = BookingFactory(person=person, start=at(23, 10), end=at(23, 12))
        judged = judged_series(instrument, person, weekly(), NOW)
        assert [[one.rule for one in row.problems] for row in judged] == [[], ["slot_taken"], ["closed"], []]
        assert [list(row.elsewhere) for row in judged] == [[], [], [], [other]]
        # Two hours of somebody of another member unit, see RATES.
        assert judged[0].price == Decimal("240.00")

    def test_another_station_is_free(self):
        """Only where all are taken, or the wanted one, a time cannot be had."""
        instrument = make_instrument(station_count=2)
        BookingFactory(instrument=instrument, station=1, start=at(2, 9), end=at(2, 11))
        person = PersonFactory()
        assert all(row.fits for row in judged_series(instrument, person, weekly(), NOW))
        assert [row.fits for row in judged_series(instrument, person, weekly(), NOW, 1)] == [
            False,
            True,
            True,
            True,
        ]

    @pytest.mark.parametrize("times", [2, 52])
    def test_queries_do_not_grow_with_times(self, instrument, times):
        """Bookings, own ones elsewhere, opening, prices."""
        person = PersonFactory()
        wanted = occurrences(Interval(at(2, 9), at(2, 11)), rule_of("weekly", times))
        instrument.policy.horizon_days = 400
        with CaptureQueriesContext(connection) as captured:
            judged_series(instrument, person, wanted, NOW)
        assert len(captured) == 4


class TestDeciding:
    """`approve_series`, `decline_series`."""

    def test_the_steward_hears_once_and_decides_once(self, asked_for):
        """One request, one approval, one notice each."""
        instrument, steward = asked_for
        person = PersonFactory()
        series = ask(person, instrument)
        assert told(steward) == ["series_requested"]
        assert states(series) == ["requested"] * 4
        perform(steward, approve_series, series, seen=version_of(bookings_of(series)))
        assert states(series) == ["confirmed"] * 4
        assert told(person) == ["series_approved"]

    def test_a_refusal_of_all_has_one_reason(self, asked_for):
        """Without one nothing changes."""
        instrument, steward = asked_for
        person = PersonFactory()
        series = ask(person, instrument)
        with pytest.raises(RulesBroken):
            perform(steward, decline_series, series, reason=" ")
        assert states(series) == ["requested"] * 4
        perform(steward, decline_series, series, reason="灯丝断了")
        assert states(series) == ["declined"] * 4
        assert told(person) == ["series_declined"]

    def test_what_is_shut_by_then_goes_on_waiting(self, asked_for):
        """The others are approved."""
        instrument, steward = asked_for
        series = ask(PersonFactory(), instrument)
        OpeningException.objects.create(instrument=instrument, start=at(9, 0), end=at(10, 0))
        perform(steward, approve_series, series)
        assert states(series) == ["confirmed", "requested", "confirmed", "confirmed"]

    def test_what_ran_out_is_not_decided_any_more(self, asked_for, monday):
        """After two days none is left."""
        instrument, steward = asked_for
        series = ask(PersonFactory(), instrument)
        monday.shift(dt.timedelta(days=3))
        with pytest.raises(NothingFits):
            perform(steward, approve_series, series)

    def test_nobody_decides_on_the_own_series(self, asked_for):
        """Not even a steward."""
        instrument, steward = asked_for
        series = ask(steward, instrument)
        with pytest.raises(NotAllowed):
            perform(steward, approve_series, series)
        assert states(series) == ["requested"] * 4

    def test_what_changed_since_it_was_seen_is_looked_at_again(self, asked_for):
        """A moved time is not approved unseen."""
        instrument, steward = asked_for
        person = PersonFactory()
        series = ask(person, instrument)
        seen = version_of(bookings_of(series))
        perform(person, move_booking, bookings_of(series)[1], start=at(10, 9), end=at(10, 11))
        for act, more in ((approve_series, {}), (decline_series, {"reason": "不行"})):
            with pytest.raises(StaleVersion):
                perform(steward, act, series, seen=seen, **more)
        assert states(series) == ["requested"] * 4


class TestPages:
    """From the form over the preview to the bookings, and the acts of a booking's page."""

    FORM = {
        "day": "2026-03-04", "start_time": "09:00", "end_time": "11:00", "purpose_kind": "research",
        "purpose": "稀土矿 & <XRD>", "repeat": "weekly", "times": "4",
    }  # fmt: skip

    def test_nothing_is_booked_before_all_is_seen(self, client, instrument):
        """The preview names every time; the button books; what was typed is kept."""
        BookingFactory(instrument=instrument, start=at(9, 10), end=at(9, 12))
        client.force_login(PersonFactory())
        address = reverse("instruments:book", args=[instrument.code])
        seen = client.post(address, self.FORM)
        assert seen.status_code == 200
        assert not BookingSeries.objects.exists()
        assert [one.fits for one, _reasons in seen.context["rows"]] == [True, False, True, True]
        html = seen.content.decode()
        assert 'value="稀土矿 &amp; &lt;XRD&gt;"' in html
        assert 'name="mode" value="all"' not in html
        sent = dict(seen.context["kept"]) | {"mode": "free"}
        made = client.post(address, sent)
        first = BookingSeries.objects.get().bookings.order_by("start")[0]
        assert made.headers["Location"] == reverse("instruments:booking", args=[first.pk])
        assert first.purpose == "稀土矿 & <XRD>"
        assert client.post(address, sent).status_code in {302, 409}
        assert BookingSeries.objects.count() == 1

    def test_a_time_that_went_meanwhile_is_shown(self, client, instrument):
        """409, nothing booked, the list as it is now."""
        client.force_login(PersonFactory())
        address = reverse("instruments:book", args=[instrument.code])
        sent = dict(client.post(address, self.FORM).context["kept"]) | {"mode": "all"}
        BookingFactory(instrument=instrument, start=at(16, 9), end=at(16, 10))
        answer = client.post(address, sent)
        assert answer.status_code == 409
        assert [one.fits for one, _reasons in answer.context["rows"]] == [True, True, False, True]
        assert not BookingSeries.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"times": ""}, "times"),
            ({"times": "1"}, "times"),
            ({"times": "53"}, "times"),
            ({"times": "many"}, "times"),
            ({"repeat": "hourly"}, "repeat"),
            ({"repeat": "daily", "end_time": "34:00"}, "repeat"),
        ],
    )
    def test_a_wrong_series_is_told_at_its_field(self, client, wrong, field):
        """422, the form as it was, nothing booked."""
        instrument = make_instrument(policy={"longest_minutes": 2880})
        client.force_login(PersonFactory())
        answer = client.post(reverse("instruments:book", args=[instrument.code]), self.FORM | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert not Booking.objects.exists()

    def test_the_steward_decides_on_the_page_of_one(self, client, asked_for):
        """Approve all, once; a second press says that none is left."""
        instrument, steward = asked_for
        series = ask(PersonFactory(), instrument)
        first = bookings_of(series)[0]
        client.force_login(steward)
        shown = client.get(reverse("instruments:booking", args=[first.pk])).context["series"]
        assert (shown.acts, len(shown.bookings)) == ({"approve": 4, "decline": 4, "cancel": 4}, 4)
        address = reverse("instruments:series_act", args=[first.pk, "approve"])
        for version, wanted in ((0, "requested"), (shown.version, "confirmed")):
            assert client.post(address, {"version": version}).status_code == 302
            assert set(states(series)) == {wanted}
        page = client.post(address, {"version": version_of(bookings_of(series))}, follow=True)
        assert [message.level_tag for message in page.context["messages"]][-1] == "error"

    def test_others_find_no_series(self, client, instrument):
        """Neither whose it is not, nor where there is none, nor with another verb, nor by a GET."""
        person = PersonFactory()
        series = ask(person, instrument)
        first = bookings_of(series)[0]
        alone = perform(person, request_booking, instrument, start=at(4, 9), end=at(4, 11), purpose="测试")
        client.force_login(PersonFactory())
        assert client.post(reverse("instruments:series_act", args=[first.pk, "cancel"])).status_code == 404
        client.force_login(person)
        for pk, verb in ((alone.pk, "cancel"), (first.pk, "check-in")):
            assert client.post(reverse("instruments:series_act", args=[pk, verb])).status_code == 404
        led = client.get(reverse("instruments:series_act", args=[first.pk, "cancel"]))
        assert led.headers["Location"] == reverse("instruments:booking", args=[first.pk]) + "#series"
        assert states(series) == ["confirmed"] * 4

    def test_the_owner_gives_the_rest_back(self, client, instrument):
        """From the page of the third on; the reason is kept."""
        person = PersonFactory()
        series = ask(person, instrument)
        rows = bookings_of(series)
        client.force_login(person)
        client.post(
            reverse("instruments:series_act", args=[rows[2].pk, "cancel"]),
            {"version": version_of(rows), "reason": "样品用完了"},
        )
        assert states(series) == ["confirmed", "confirmed", "cancelled", "cancelled"]
        assert bookings_of(series)[3].reason == "样品用完了"
