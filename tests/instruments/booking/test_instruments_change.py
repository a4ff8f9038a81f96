"""What ends, resolves: stations, sharing and prices that go are shown, asked about, settled and told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.urls import reverse

from audit.models import Entry
from changes import perform
from instruments.booking.actions.sweeps import mark_no_shows
from instruments.booking.enums import BookingKind
from instruments.booking.models import Booking
from instruments.inventory.actions.instruments import COLUMNS, InstrumentData, change_instrument
from instruments.inventory.models import Instrument
from instruments.terms.actions.terms import take_back_rate
from instruments.terms.models import Rate
from notices.models import Notice
from tests.choosing import asked_by
from tests.factories.instruments import (
    ApplicationFieldFactory,
    BookingFactory,
    RateFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import EnterprisePersonFactory, PersonFactory, make_officer
from tests.instruments.inventory.test_inventory import client_of

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # a Monday, 10:00 in the region
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
START, END = NOW + DAY, NOW + DAY + 2 * HOUR


@pytest.fixture(autouse=True)
def monday():
    """Time stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def instrument(db):
    """Three stations, open around the clock."""
    made = make_instrument(station_count=3, name_zh="电镜", name_en="Microscope")
    made.field_links.create(field=ApplicationFieldFactory(), position=1)
    made.funding.create(source="own")
    return made


@pytest.fixture
def steward(instrument):
    """Keeps it."""
    return make_steward(instrument)


def record(instrument: Instrument, **other: object) -> InstrumentData:
    """The record as it stands, but for what is named."""
    links = instrument.field_links.select_related("field").order_by("position")
    held = InstrumentData(
        **{name: getattr(instrument, name) for name in COLUMNS},
        fields=tuple(link.field for link in links),
        funding=tuple(instrument.funding.values_list("source", flat=True)),
    )
    return replace(held, **other)


def stand(*bookings):
    """State and station of each now."""
    found = Booking.objects.in_bulk([one.pk for one in bookings])
    return [(found[one.pk].state, found[one.pk].station) for one in bookings]


def told():
    """Whom which kind of notice reached."""
    return sorted(Notice.objects.values_list("person_id", "kind"))


@pytest.fixture
def seated(instrument):
    """One on a station that stays, two at the same time on stations that go, upkeep on one of them."""
    made = [
        BookingFactory(instrument=instrument, station=station, start=START, end=END) for station in (1, 2, 3)
    ]
    upkeep = BookingFactory(
        instrument=instrument, station=3, kind=BookingKind.MAINTENANCE, start=END, end=END + HOUR, price=0
    )
    return [*made, upkeep]


class TestFewerStations:
    """From three to one or two."""

    def test_what_lies_there_is_asked_about_and_may_stay_where_there_is_place(
        self, instrument, steward, seated
    ):
        """With two stations left only one goes: it finds no place; upkeep after it does. Nothing is changed."""
        hits = asked_by(steward, change_instrument, instrument, record(instrument, station_count=2))
        assert [(one.key, one.choices) for one in hits] == [
            (f"seated_booking-{seated[2].pk}", ("offer", "cancel")),
            (f"seated_booking-{seated[3].pk}", ("keep", "cancel")),
        ]
        instrument.refresh_from_db()
        assert (instrument.station_count, instrument.version) == (3, 1)
        assert stand(*seated) == [("confirmed", n) for n in (1, 2, 3, 3)]
        assert not Entry.objects.exists()
        assert told() == []

    def test_each_its_own(self, instrument, steward, seated):
        """One is asked to move and stays written where it was, the upkeep moves over; both are told."""
        choices = {
            f"seated_booking-{seated[2].pk}": "offer",
            f"seated_booking-{seated[3].pk}": "keep",
        }
        wanted = record(instrument, station_count=2)
        perform(steward, change_instrument, instrument, wanted, choices=choices)
        assert stand(*seated) == [("confirmed", n) for n in (1, 2, 3, 1)]
        assert told() == sorted(
            [(seated[2].person_id, "booking_to_move"), (seated[3].person_id, "booking_reseated")]
        )
        assert Entry.objects.filter(verb="instruments.booking.moved", actor=steward).count() == 1
        with time_machine.travel(START + HOUR, tick=False):
            # Nobody is missed on a station that is gone; on one that stays people are.
            assert mark_no_shows(START + HOUR) == 3
        assert [state for state, _station in stand(*seated[:3])] == ["no_show", "no_show", "cancelled"]

    def test_a_place_found_counts_once(self, instrument, steward):
        """Of two that go at the same time the shorter one gets the one place."""
        two = [
            BookingFactory(instrument=instrument, station=n, start=START, end=END + n * HOUR) for n in (2, 3)
        ]
        hits = asked_by(steward, change_instrument, instrument, record(instrument, station_count=1))
        first, second = (f"seated_booking-{one.pk}" for one in two)
        assert {one.key: one.choices for one in hits} == {
            first: ("keep", "offer", "cancel"),
            second: ("offer", "cancel"),
        }
        choices = {first: "keep", second: "cancel"}
        perform(steward, change_instrument, instrument, record(instrument, station_count=1), choices=choices)
        assert stand(*two) == [("confirmed", 1), ("cancelled", 3)]

    def test_more_stations_ask_nothing(self, instrument, steward, seated):
        """Neither does another name."""
        changed = perform(
            steward, change_instrument, instrument, record(instrument, station_count=4, name_en="SEM")
        )
        assert changed.station_count == 4

    def test_the_page_asks_and_keeps_what_was_typed(self, instrument, steward, seated):
        """By the record's own form; the admin asks the same."""
        url = reverse("instruments:edit", args=[instrument.unit.code, instrument.code])
        client = client_of(steward)
        shown = client.get(url).context["form"]
        typed = {name: "" if value is None else value for name, value in shown.initial.items()}
        typed |= {"station_count": 2, "name_en": "Renamed", "version": 1}
        answer = client.post(url, typed)
        page = answer.content.decode()
        assert answer.status_code == 422, answer.context["form"].errors
        assert page.count(f'name="choice_seated_booking-{seated[2].pk}"') == 1
        assert 'value="Renamed"' in page
        chosen = {f"choice_seated_booking-{one.pk}": "cancel" for one in seated[2:]}
        assert client.post(url, {**typed, **chosen}).status_code == 302
        instrument.refresh_from_db()
        assert (instrument.station_count, instrument.name_en) == (2, "Renamed")
        assert [state for state, _station in stand(*seated)] == ["confirmed"] * 2 + ["cancelled"] * 2


class TestSharedWithFewer:
    """From all to one's own unit, or to nobody."""

    @pytest.fixture
    def people(self, instrument, steward):
        """One of the unit, one of another unit, one of a company, the steward: each with a booking."""
        own = PersonFactory(home_unit=instrument.unit)
        people = [own, PersonFactory(), EnterprisePersonFactory(), steward]
        return [
            BookingFactory(instrument=instrument, person=one, start=START + n * DAY, end=END + n * DAY)
            for n, one in enumerate(people)
        ]

    @pytest.mark.parametrize(("mode", "hit"), [("internal", [1, 2]), ("not_shared", [0, 1, 2])])
    def test_who_could_not_book_any_more_is_asked_about(self, instrument, steward, people, mode, hit):
        """Nobody else, and nothing is changed."""
        hits = asked_by(steward, change_instrument, instrument, record(instrument, sharing_mode=mode))
        assert [one.key for one in hits] == [str(people[n].pk) for n in hit]
        assert {one.choices for one in hits} == {("keep", "cancel")}
        instrument.refresh_from_db()
        assert instrument.sharing_mode == "external"
        assert not Entry.objects.exists()

    def test_kept_or_given_back(self, instrument, steward, people):
        """Both are told why; who stays keeps the price and may come."""
        choices = {str(people[1].pk): "keep", str(people[2].pk): "cancel"}
        wanted = record(instrument, sharing_mode="internal")
        perform(steward, change_instrument, instrument, wanted, choices=choices)
        assert [state for state, _n in stand(*people)] == ["confirmed", "confirmed", "cancelled", "confirmed"]
        assert (people[1].person_id, "booking_kept") in told()
        assert (people[2].person_id, "booking_given_back") in told()
        assert "fewer people" in Notice.objects.get(kind="booking_kept").context["reason"]["en"]

    def test_shared_with_more_asks_nothing(self, instrument, steward, people):
        """Back to all."""
        Instrument.objects.update(sharing_mode="internal")
        instrument.refresh_from_db()
        assert (
            perform(
                steward, change_instrument, instrument, record(instrument, sharing_mode="external")
            ).sharing_mode
            == "external"
        )


class TestAPriceTakenBack:
    """A first price of a category that has not begun."""

    @pytest.fixture
    def priced(self, instrument):
        """Companies have a price from the fourth on alone; one books the fifth."""
        Rate.objects.filter(instrument=instrument, category="enterprise").delete()
        rate = RateFactory(instrument=instrument, category="enterprise", valid_from=dt.date(2026, 3, 4))
        booking = BookingFactory(
            instrument=instrument,
            person=EnterprisePersonFactory(),
            category="enterprise",
            start=NOW + 3 * DAY,
            end=NOW + 3 * DAY + HOUR,
        )
        return rate, booking

    def test_asked_then_kept_at_its_price(self, instrument, steward, priced):
        """Refused without a word; kept, its price stays and its person reads it."""
        rate, booking = priced
        hits = asked_by(steward, take_back_rate, rate)
        assert [(one.key, one.choices) for one in hits] == [(str(booking.pk), ("keep", "cancel"))]
        assert Rate.objects.filter(pk=rate.pk).exists()
        perform(steward, take_back_rate, rate, choices={str(booking.pk): "keep"})
        booking.refresh_from_db()
        assert (booking.state, str(booking.price)) == ("confirmed", "240.00")
        assert told() == [(booking.person_id, "booking_kept")]

    def test_where_an_earlier_price_holds_on_nothing_is_asked(self, instrument, steward, priced):
        """The booking keeps what it was made at in any case."""
        rate, _booking = priced
        RateFactory(instrument=instrument, category="enterprise", valid_from=dt.date(2026, 1, 1))
        perform(steward, take_back_rate, rate)
        assert told() == []

    def test_the_page_asks(self, instrument, steward, priced):
        """Beside the price."""
        rate, booking = priced
        url = reverse("instruments:remove_rate", args=[instrument.unit.code, instrument.code, rate.pk])
        answer = client_of(steward).post(url)
        assert answer.status_code == 422
        assert answer.content.decode().count(f'name="choice_{booking.pk}"') == 1
        assert client_of(steward).post(url, {f"choice_{booking.pk}": "cancel"}).status_code == 302
        assert stand(booking)[0][0] == "cancelled"


def test_the_admin_asks_the_same(instrument, seated):
    """What is asked stands below the form; what was chosen goes to the action."""
    client = client_of(make_officer(is_staff=True))
    url = reverse("admin:instruments_instrument_change", args=[instrument.pk])
    shown = client.get(url).context["adminform"].form
    typed = {name: "" if value is None else value for name, value in shown.initial.items()}
    typed |= {"station_count": 2, "joined_on": "2020-01-01", "started_on": "2020-01-01"}
    answer = client.post(url, typed)
    assert answer.status_code == 200, answer.context["adminform"].form.errors
    assert answer.content.decode().count(f'name="choice_seated_booking-{seated[2].pk}"') == 1
    assert stand(*seated) == [("confirmed", n) for n in (1, 2, 3, 3)]
    assert client.post(url, {**typed, "choice_all": "cancel"}).status_code == 302
    assert [state for state, _station in stand(*seated)] == ["confirmed"] * 2 + ["cancelled"] * 2
