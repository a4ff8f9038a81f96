"""The pages of wait lists: where one joins, one's own, who waits, and the two buttons of an offer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes import perform
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.offers import let_offer_go
from instruments.booking.models import Booking
from instruments.inventory.actions.search import reindex
from instruments.inventory.models import Instrument
from instruments.waiting.actions.wishes import wait_for_time, withdraw_wish
from instruments.waiting.models import WaitEntry
from tests.api.calling import Caller
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import at
from tests.instruments.waiting.conftest import DAYTIME, SLOT, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
TYPED = {
    "minutes": "120",
    "first": "2026-03-04",
    "last": "2026-03-06",
    "purpose_kind": "development",
    "purpose": "镍合金",
}


@pytest.fixture
def reader(client, engineer):
    """The engineer, signed in, reading English."""
    client.force_login(engineer)
    client.cookies["django_language"] = "en"
    return client


def times(row) -> tuple:
    """Return what a wish is about."""
    return row.start, row.end, row.minutes, row.any_hour


class TestJoining:
    """From a refusal by one press, from an instrument by a form."""

    def test_the_refusal_offers_it(self, reader, holder, instrument):
        """What was typed goes along."""
        typed = {"day": "2026-03-05", "start_time": "09:00", "end_time": "11:00"}
        answer = reader.post(
            f"/instruments/{instrument.code}/book/", typed | {"purpose_kind": "teaching", "purpose": "铜"}
        )
        assert answer.status_code == 409
        page = answer.content.decode()
        assert f'action="/instruments/{instrument.code}/wait/"' in page
        assert 'value="2026-03-05T09:00:00+08:00"' in page
        assert 'name="purpose" value="铜"' in " ".join(page.split())

    def test_not_where_another_rule_is_broken(self, reader, holder, instrument):
        """Waiting would not help."""
        typed = {"day": "2026-03-05", "start_time": "09:00", "end_time": "19:00"}
        answer = reader.post(
            f"/instruments/{instrument.code}/book/", typed | {"purpose_kind": "teaching", "purpose": "铜"}
        )
        assert answer.status_code == 422
        assert "/wait/" not in answer.content.decode().split('id="book"')[0].split('id="booking"')[1]

    def test_not_for_somebody_else(self, client, holder, instrument, engineer):
        """Who keeps the instrument books for others; everybody waits for themselves."""
        client.force_login(make_steward(instrument))
        typed = {"day": "2026-03-05", "start_time": "09:00", "end_time": "11:00", "whom": engineer.email}
        answer = client.post(
            f"/instruments/{instrument.code}/book/", typed | {"purpose_kind": "teaching", "purpose": "铜"}
        )
        assert answer.status_code == 409
        assert 'id="wait-for"' not in answer.content.decode()

    def test_the_quote_leads_there(self, reader, holder, instrument):
        """Before anything was sent."""
        query = "day=2026-03-05&start_time=09:00&end_time=11:00"
        page = reader.get(f"/instruments/{instrument.code}/quote/?{query}").content.decode()
        assert (
            f"/instruments/{instrument.code}/wait/?start=2026-03-05T09%3A00%3A00%2B08%3A00&amp;end=" in page
        )

    def test_by_one_press(self, reader, holder, instrument, engineer):
        """The first in line."""
        said = {"start": at(3, 9).isoformat(), "end": at(3, 11).isoformat()}
        answer = reader.post(
            f"/instruments/{instrument.code}/wait/",
            said | {"purpose_kind": "teaching", "purpose": "铜"},
            follow=True,
        )
        assert answer.redirect_chain == [("/me/waiting/", 302)]
        entry = WaitEntry.objects.get()
        assert (entry.person, entry.instrument, entry.is_slot) == (engineer, instrument, True)
        assert times(entry) == (at(3, 9), at(3, 11), 120, False)
        assert entry.said == {"purpose_kind": "teaching", "purpose": "铜", "companion": ""}
        page = answer.content.decode()
        assert "You are the first in line." in page
        assert "No. 1 in line" in page

    def test_who_is_before_you(self, reader, second, instrument, engineer):
        """The second has one before."""
        WaitEntry.objects.filter(pk=second.pk).update(state="withdrawn", ended_at=at(0, 9))
        said = {"start": at(3, 9).isoformat(), "end": at(3, 11).isoformat()}
        answer = reader.post(
            f"/instruments/{instrument.code}/wait/",
            said | {"purpose_kind": "teaching", "purpose": "铜"},
            follow=True,
        )
        assert "1 person is before you." in answer.content.decode()

    def test_a_slot_without_a_purpose(self, reader, holder, instrument):
        """The page asks for it and keeps the time."""
        said = {"start": at(3, 9).isoformat(), "end": at(3, 11).isoformat()}
        answer = reader.post(f"/instruments/{instrument.code}/wait/", said)
        assert answer.status_code == 422
        assert f'value="{at(3, 9).isoformat()}"' in answer.content.decode()
        assert reader.get(f"/instruments/{instrument.code}/wait/", said).status_code == 200

    @pytest.mark.parametrize("start", ["", "yesterday", "2026-03-05T12:00:00+08:00", "2026-03-05T08:00"])
    def test_no_time(self, reader, holder, instrument, start):
        """Nothing is written."""
        said = {"start": start, "end": at(3, 11).isoformat(), "purpose": "x", "purpose_kind": "other"}
        assert reader.post(f"/instruments/{instrument.code}/wait/", said).status_code == 422
        assert not WaitEntry.objects.exists()

    def test_it_is_free(self, reader, instrument):
        """The way leads to the form, filled in."""
        said = {"start": at(3, 9).isoformat(), "end": at(3, 11).isoformat()}
        answer = reader.post(
            f"/instruments/{instrument.code}/wait/", said | {"purpose_kind": "teaching", "purpose": "铜"}
        )
        assert answer.status_code == 302
        assert answer["Location"].startswith(f"/instruments/{instrument.code}/?start=2026-03-05T09")

    def test_it_will_never_do(self, reader, holder, instrument):
        """Too long: named, with its requirement."""
        said = {"start": at(3, 9).isoformat(), "end": at(3, 19).isoformat()}
        answer = reader.post(
            f"/instruments/{instrument.code}/wait/", said | {"purpose_kind": "teaching", "purpose": "铜"}
        )
        assert answer.status_code == 422
        assert "Longest length" in answer.content.decode()
        assert not WaitEntry.objects.exists()

    def test_by_the_form(self, reader, instrument, engineer):
        """Two hours from Wednesday to Friday, while it is full."""
        for day in (2, 3, 4):
            BookingFactory(instrument=instrument, start=at(day, 0), end=at(day + 1, 0))
        assert reader.get(f"/instruments/{instrument.code}/wait/?length=180").status_code == 200
        answer = reader.post(f"/instruments/{instrument.code}/wait/", TYPED | {"any_hour": "on"})
        assert answer.status_code == 302
        entry = WaitEntry.objects.get()
        assert times(entry) == (at(2, 0), at(5, 0), 120, True)
        assert entry.is_slot is False

    @pytest.mark.parametrize(
        "wrong",
        [{"last": "2026-03-03"}, {"last": "2026-12-01"}, {"minutes": "7"}, {"purpose": ""}, {"first": "x"}],
    )
    def test_the_form_refuses(self, reader, instrument, wrong):
        """Days out of order or far away, a length that is none, no purpose."""
        assert reader.post(f"/instruments/{instrument.code}/wait/", TYPED | wrong).status_code == 422
        assert not WaitEntry.objects.exists()

    def test_twice(self, reader, first, instrument):
        """The same person, the same time."""
        reader.force_login(first.person)
        said = {"start": at(3, 9).isoformat(), "end": at(3, 11).isoformat(), "purpose": "x"}
        answer = reader.post(
            f"/instruments/{instrument.code}/wait/", said | {"purpose_kind": "other"}, follow=True
        )
        assert "You wait for this already." in answer.content.decode()
        assert WaitEntry.objects.count() == 1


class TestTheFinder:
    """Any instrument of a kind."""

    def test_for_words(self, reader, instrument, engineer):
        """What is called so, in a region; where nothing is free the finder leads here."""
        other = make_instrument(name_zh="透射电镜", name_en="TEM")
        reindex(Instrument.objects.all())
        for place in (instrument, other):
            BookingFactory(instrument=place, start=at(0, 9), end=at(14, 0))
        page = reader.get("/find/?q=透射电镜&last=2026-03-06").content.decode()
        assert "/find/wait/?q=" in page
        address = "/find/wait/?q=透射电镜&last=2026-03-06"
        form = reader.get(address)
        assert form.status_code == 200
        assert "透射电镜" in form.content.decode()
        assert reader.post(address, TYPED).status_code == 302
        entry = WaitEntry.objects.get()
        assert list(entry.places.all()) == [other]
        assert (entry.instrument, entry.wanted, entry.name_zh) == (None, "words:透射电镜", "透射电镜")

    def test_for_a_technique_in_the_four_cities(self, reader, engineer):
        """The name says both, in both languages; none serves here."""
        address = "/find/wait/?technique=icp-ms&area=four_cities"
        assert "ICP mass spectrometry (ICP-MS) · Hohhot" in reader.get(address).content.decode()
        answer = reader.post(address, TYPED)
        assert answer.status_code == 422
        assert "1 to 500 instruments" in answer.content.decode()
        assert reader.post(address, TYPED | {"purpose": ""}).status_code == 422

    def test_for_nothing(self, reader):
        """No kind, no wish."""
        assert reader.get("/find/wait/")["Location"] == "/find/"
        assert "/find/wait/" not in reader.get("/find/?minutes=44640").content.decode()


class TestOnesOwn:
    """What a person waits for."""

    def test_the_page(self, reader, second, engineer, holder):
        """In line, then offered, then ended; another person's never."""
        page = reader.get("/me/waiting/").content.decode()
        assert "No. 2 in line" in page
        assert page.count('id="wish-') == 1
        perform(holder.person, cancel_booking, holder)
        offer = Booking.objects.get(state="offered")
        perform(offer.person, let_offer_go, offer)
        page = reader.get("/me/waiting/").content.decode()
        assert "Take this time" in page

    def test_the_number_of_queries_does_not_grow(self, reader, engineer, instrument, holder):
        """One wish and four, with others in line."""
        counts = []
        for day in (3, 4, 5, 6):
            if day != 3:
                BookingFactory(instrument=instrument, start=at(day, 9), end=at(day, 11))
            wish = type(SLOT)(start=at(day, 9), end=at(day, 11), minutes=120, said=said("x"))
            perform(engineer, wait_for_time, instrument, wish)
            perform(PersonFactory(), wait_for_time, instrument, wish)
            reader.get("/me/waiting/")
            with CaptureQueriesContext(connection) as queries:
                assert reader.get("/me/waiting/").status_code == 200
            counts.append(len(queries))
        assert len(set(counts)) == 1

    def test_changed(self, reader, instrument, engineer, monday):
        """A longer time: to the end of the line; what it is for: no."""
        for day in (2, 3, 4):
            BookingFactory(instrument=instrument, start=at(day, 0), end=at(day + 1, 0))
        entry = perform(engineer, wait_for_time, instrument, DAYTIME)
        address = f"/me/waiting/{entry.pk}/"
        assert 'value="2026-03-04"' in reader.get(address).content.decode()
        monday.shift(dt.timedelta(hours=1))
        same = {"first": "2026-03-04", "last": "2026-03-06", "minutes": "120", "purpose_kind": "other"}
        answer = reader.post(address, same | {"purpose": "锰", "version": "1"}, follow=True)
        assert "Your wish is changed." in answer.content.decode()
        entry.refresh_from_db()
        assert (entry.purpose, entry.joined_at) == ("锰", at(0, 9))
        reader.post(address, same | {"purpose": "锰", "minutes": "180", "version": "2"})
        entry.refresh_from_db()
        assert (entry.minutes, entry.joined_at, entry.last_start) == (180, at(0, 10), at(4, 21))
        stale = reader.post(address, same | {"purpose": "钛", "version": "1"})
        assert stale.status_code == 409
        assert reader.post(address, same | {"purpose": "", "version": "3"}).status_code == 422
        assert reader.post(address, same | {"purpose": "a\0b", "version": "3"}).status_code == 422

    def test_of_a_slot_only_what_it_is_for(self, reader, second):
        """Its time stays."""
        address = f"/me/waiting/{second.pk}/"
        assert 'name="minutes"' not in reader.get(address).content.decode()
        reader.post(address, {"purpose": "锌", "purpose_kind": "other", "version": "1"})
        second.refresh_from_db()
        assert (second.purpose, second.start, second.version) == ("锌", at(3, 9), 2)

    def test_not_while_time_is_offered(self, reader, second, holder, first):
        """First the answer."""
        perform(first.person, withdraw_wish, first)
        perform(holder.person, cancel_booking, holder)
        answer = reader.post(
            f"/me/waiting/{second.pk}/", {"purpose": "锌", "purpose_kind": "other", "version": "2"}
        )
        assert answer.status_code == 409

    def test_withdrawn(self, reader, second):
        """Gone from the line; a second press says so."""
        address = f"/me/waiting/{second.pk}/withdraw/"
        assert reader.post(address, {"version": "1"}).status_code == 302
        second.refresh_from_db()
        assert (second.state, second.ended_at) == ("withdrawn", at(0, 9, 1))
        assert reader.post(address, {"version": "1"}).status_code == 409
        assert "Withdrawn" in reader.get("/me/waiting/").content.decode()

    def test_anothers_is_not_there(self, reader, first):
        """Neither to be seen nor withdrawn."""
        assert reader.get(f"/me/waiting/{first.pk}/").status_code == 404
        assert reader.post(f"/me/waiting/{first.pk}/withdraw/").status_code == 404


class TestTheOfferOnPages:
    """One press on the page that the notice leads to, or on one's own."""

    def test_taken_on_the_page(self, client, first, holder):
        """Both buttons stand there; who keeps the instrument sees neither."""
        perform(holder.person, cancel_booking, holder)
        offer = Booking.objects.get(state="offered")
        client.force_login(first.person)
        client.cookies["django_language"] = "en"
        page = client.get(f"/bookings/{offer.pk}/").content.decode()
        assert "Held for you alone until" in page
        assert ("Take this time" in page, "Let it go" in page, "Book again" in page) == (True, True, False)
        todo = client.get("/me/").content.decode()
        assert ("1 thing waits for you" in todo, "Take this time" in todo) == (True, True)
        assert "No bookings ahead" in todo
        answer = client.post(f"/bookings/{offer.pk}/take/", {"version": "1"}, follow=True)
        assert "The time is yours." in answer.content.decode()
        offer.refresh_from_db()
        assert offer.state == "confirmed"

    def test_what_the_keeper_sees(self, client, first, holder, instrument):
        """That it is offered, and until when."""
        perform(holder.person, cancel_booking, holder)
        offer = Booking.objects.get(state="offered")
        client.force_login(make_steward(instrument))
        client.cookies["django_language"] = "en"
        page = client.get(f"/bookings/{offer.pk}/").content.decode()
        assert "Offered to somebody on the wait list until" in page
        assert "Take this time" not in page
        assert client.get("/desk/?day=2026-03-05").status_code == 200
        assert client.post(f"/bookings/{offer.pk}/take/", {"version": "1"}).status_code == 404

    def test_let_go_on_the_page(self, client, first, second, holder):
        """It is over for the first, and said so; the page of what was not taken says that."""
        perform(holder.person, cancel_booking, holder)
        offer = Booking.objects.get(state="offered")
        client.force_login(first.person)
        client.cookies["django_language"] = "en"
        answer = client.post(f"/bookings/{offer.pk}/let-go/", {"version": "1"}, follow=True)
        page = answer.content.decode()
        assert "This time was offered and not taken." in page
        assert "Let go" in page
        assert 'id="past"' not in client.get("/me/").content.decode()

    def test_too_late(self, client, first, second, holder, monday):
        """Before the sweep too: the page says so, and the press is refused."""
        perform(holder.person, cancel_booking, holder)
        offer = Booking.objects.get(state="offered")
        monday.move_to(offer.expires_at)
        client.force_login(first.person)
        client.cookies["django_language"] = "en"
        page = client.get(f"/bookings/{offer.pk}/").content.decode()
        assert "Nobody answered the offer in time" in page
        assert "Take this time" not in page
        assert client.post(f"/bookings/{offer.pk}/take/", {"version": "1"}).status_code == 409


class TestTheLine:
    """Who keeps an instrument sees who waits on it."""

    def test_in_order(self, client, second, first, instrument):
        """Both, with what they want; nothing of another's instruments."""
        client.force_login(make_steward(instrument))
        client.cookies["django_language"] = "en"
        page = client.get("/desk/waiting/").content.decode()
        assert page.index(str(first.person)) < page.index(str(second.person))
        client.force_login(make_steward(make_instrument()))
        assert str(first.person) not in client.get("/desk/waiting/").content.decode()

    def test_who_keeps_nothing(self, reader):
        """There is no such page."""
        assert reader.get("/desk/waiting/").status_code == 404


class TestPrograms:
    """The contract fixes the states of bookings, so mere offers are none."""

    def test_an_offer_is_not_listed(self, first, holder):
        """Nor can it be read or walked."""
        perform(holder.person, cancel_booking, holder)
        offer = Booking.objects.get(state="offered")
        caller = Caller(first.person)
        assert caller.get("bookings/").json()["results"] == []
        assert caller.get(f"bookings/{offer.pk}/").status_code == 404
        assert caller.post(f"bookings/{offer.pk}/cancel/", {}).status_code == 404
        assert caller.get("bookings/?state=offered").status_code == 400
        window = f"start={at(3, 8).isoformat()}&end={at(3, 12).isoformat()}&minutes=60".replace("+", "%2B")
        busy = caller.get(f"instruments/{offer.instrument.code}/availability/?{window}").json()["busy"]
        assert len(busy) == 1
