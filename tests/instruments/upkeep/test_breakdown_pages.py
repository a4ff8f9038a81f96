"""The page on which an instrument is stopped: what it asks, what it keeps, what it says."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.upkeep.actions.breakdowns import stop_instrument
from instruments.upkeep.actions.faults import end_fault, report_fault
from instruments.upkeep.actions.hits import hit_key
from instruments.upkeep.models import Breakdown, Fault, FaultPhoto
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at
from tests.instruments.upkeep.test_faults import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
QUERIES = 14
TYPED = {
    "words": "真空泵坏了",
    "severity": "out",
    "day": "2026-03-02",
    "start_time": "09:00",
    "end_day": "2026-03-04",
    "end_time": "12:00",
}


@pytest.fixture
def machine(db):
    """Two stations."""
    return make_instrument(station_count=2)


@pytest.fixture
def keeper(machine, client):
    """Keeps it, and is signed in."""
    person = make_steward(machine)
    client.force_login(person)
    return person


@pytest.fixture
def address(machine):
    """The page."""
    return reverse("instruments:breakdown", args=[machine.code])


def use(machine, day: int, begins: int, ends: int, **more) -> Booking:
    """A confirmed use."""
    return BookingFactory(instrument=machine, start=at(day, begins), end=at(day, ends), **more)


def name(booking) -> str:
    """The name of its question."""
    return f"choice_{hit_key(booking)}"


def test_it_proposes_until_when(client, keeper, address, machine):
    """In the morning until six, late in the day until the next six; the first hits are there at once."""
    hit = use(machine, 0, 10, 12)
    use(machine, 1, 10, 12)
    page = client.get(address)
    form = page.context["form"]
    assert (form["end_day"].value(), form["end_time"].value()) == (NOW.date(), "18:00")
    assert [row.booking for row in page.context["rows"]] == [hit]
    assert page.context["of_all"] == ()


def test_late_in_the_day(client, keeper, address, monday):
    """Less than two hours are left of it."""
    monday.move_to(at(0, 17))
    form = client.get(address).context["form"]
    assert (form["end_day"].value(), form["end_time"].value()) == (dt.date(2026, 3, 3), "18:00")


def test_the_hits_alone(client, keeper, address, machine):
    """htmx asks with the times typed so far, and what was chosen stays chosen."""
    hit = use(machine, 1, 10, 12)
    sent = {key: TYPED[key] for key in ("day", "start_time", "end_day", "end_time")}
    page = client.get(address, {**sent, name(hit): "offer"}, headers={"HX-Request": "true"})
    assert b"<html" not in page.content
    assert [(row.booking, row.chosen, row.is_open) for row in page.context["rows"]] == [(hit, "offer", False)]
    for wrong in ({"end_time": "x"}, {"end_day": "2026-03-01"}, {"stations": "7"}):
        page = client.get(address, {**sent, **wrong}, headers={"HX-Request": "true"})
        assert (page.status_code, page.context["outage"], page.context["rows"]) == (200, None, [])


@pytest.mark.parametrize("rows", [1, 5])
def test_as_many_queries_for_many_hits_as_for_one(client, keeper, address, machine, rows):
    """Also with an instrument elsewhere that is offered."""
    twin = make_instrument(unit=machine.unit, instrument_class=machine.instrument_class)
    twin.stewardships.create(person=keeper, valid_from=dt.date(2020, 1, 1))
    for number in range(rows):
        for station in (1, 2):
            use(machine, 0, 10 + number, 11 + number, station=station)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert len(page.context["rows"]) == 2 * rows
    assert twin.name_zh in page.content.decode()
    assert len(captured) == QUERIES


def test_all_at_once(client, keeper, address, machine):
    """One answer for those the page showed; a single one before it; to the first free times."""
    kept, first, second = (use(machine, 1, hour, hour + 2, station=1) for hour in (9, 11, 13))
    sent = {**TYPED, "stations": ["1"], "choice_all": "move", name(kept): "keep"}
    answer = client.post(address, {**sent, name(first): "", name(second): ""})
    fault = Fault.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("instruments:fault", args=[fault.pk]))
    for booking, station, doubt in ((kept, 1, "真空泵坏了"), (first, 2, ""), (second, 2, "")):
        start = booking.start
        booking.refresh_from_db()
        assert (booking.start, booking.station, booking.in_doubt) == (start, station, doubt)
    said = client.get(answer.url).content.decode()
    assert "已通知 3 人" in said


def test_all_at_once_is_not_for_whom_the_page_did_not_show(client, keeper, address, machine):
    """Who came meanwhile is asked about; nothing typed is lost, the photo neither."""
    shown, late = use(machine, 1, 9, 11), use(machine, 1, 13, 15)
    sent = {**TYPED, "choice_all": "cancel", name(shown): "", "photo": picture()}
    page = client.post(address, sent)
    assert (page.status_code, Breakdown.objects.count(), Fault.objects.count()) == (422, 0, 0)
    rows = page.context["rows"]
    assert [(row.booking, row.is_open) for row in rows] == [(shown, True), (late, True)]
    form = page.context["form"]
    assert form["words"].value() == "真空泵坏了"
    kept = form["photo_kept"].value()
    assert form.has_photo
    answer = client.post(address, {**TYPED, "photo_kept": kept, name(shown): "cancel", name(late): "keep"})
    assert answer.status_code == 302
    assert FaultPhoto.objects.count() == 1
    shown.refresh_from_db()
    assert shown.state == "cancelled"


@pytest.mark.parametrize("kept", ["!!!", "YWJj", "真空泵", ""])
def test_a_photo_that_is_none_any_more(client, keeper, address, kept):
    """What the page brings back as one is read as critically as what is sent."""
    assert client.post(address, {**TYPED, "photo_kept": kept}).status_code == 302
    assert not FaultPhoto.objects.exists()


def test_a_way_that_is_gone(client, keeper, address, machine):
    """It is said, the answer is open again, the others stay."""
    gone, kept = use(machine, 1, 9, 11), use(machine, 1, 13, 15)
    use(machine, 3, 9, 11, station=1)
    to = f"way {machine.code} 1 2026-03-05T01:00:00Z"
    page = client.post(address, {**TYPED, name(gone): to, name(kept): "keep"})
    assert page.status_code == 409
    assert [row.chosen for row in page.context["rows"]] == ["", "keep"]
    assert page.context["refused"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"words": ""}, "words"),
        ({"words": "x" * 1001}, "words"),
        ({"severity": "note"}, "severity"),
        ({"end_day": "2026-03-01"}, "end_day"),
        ({"day": "2026-02-27", "end_day": "2026-02-28"}, "end_time"),
        ({"end_day": "2027-06-01"}, "end_time"),
        ({"stations": ["1"], "under_repair": "on"}, "under_repair"),
        ({"stations": ["3"]}, "stations"),
        ({"photo": SimpleUploadedFile("a.jpg", b"no picture")}, "photo"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, keeper, address, wrong, field):
    """And nothing is written."""
    page = client.post(address, {**TYPED, **wrong})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {field}
    assert not Fault.objects.exists()


def test_of_a_fault_that_is_known(client, keeper, address, machine):
    """Its page leads here; it is chosen already, its station too; its words do."""
    fault = perform(keeper, report_fault, machine, severity="limited", words="漏气", station=2)
    other = perform(keeper, report_fault, machine, severity="note", words="声音大")
    link = f"{address}?fault={fault.pk}"
    assert link in client.get(reverse("instruments:fault", args=[fault.pk])).content.decode()
    form = client.get(link).context["form"]
    assert (form["fault"].value(), form["stations"].value()) == (str(fault.pk), [2])
    form = client.get(f"{address}?fault={other.pk}").context["form"]
    assert form["stations"].value() == []
    assert client.get(f"{address}?fault=x").context["form"]["fault"].value() is None
    client.post(address, {**TYPED, "words": "", "fault": str(fault.pk), "stations": ["2"]})
    assert Breakdown.objects.get().fault == fault


def test_that_stands_still(client, keeper, address, machine):
    """The same page changes until when; who was told is named as told; two pages do not overwrite each other."""
    asked = use(machine, 1, 10, 12, station=1)
    until = {"start": NOW, "end": at(2, 12), "stations": (1,), "words": "坏了", "severity": "out"}
    breakdown = perform(keeper, stop_instrument, machine, **until, choices={hit_key(asked): "offer"})
    page = client.get(address)
    assert (page.context["standing"], page.context["rows"]) == (breakdown, [])
    assert asked in page.context["stays"]
    assert page.context["form"]["stations"].value() == [1]
    later = use(machine, 3, 10, 12, station=1)
    sent = {"end_day": "2026-03-06", "end_time": "18:00", "stations": ["1"], "version": "1"}
    page = client.post(address, sent)
    assert (page.status_code, [row.booking for row in page.context["rows"]]) == (422, [later])
    assert client.post(address, {**sent, name(later): "cancel"}).status_code == 302
    breakdown.refresh_from_db()
    assert breakdown.end == at(4, 18)
    page = client.post(address, {**sent, "end_day": "2026-03-07"})
    assert (page.status_code, page.context["standing"].version) == (409, 2)
    perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="x")
    shown = client.get(reverse("instruments:fault", args=[breakdown.fault_id]))
    assert shown.context["breakdown"].ended_at == NOW


def test_stopped_by_somebody_else_meanwhile(client, keeper, address, machine):
    """The page says so and shows that break-down."""
    until = {"start": NOW, "end": at(2, 12), "words": "坏了", "severity": "out"}
    page = client.get(address)
    assert page.context["standing"] is None
    breakdown = perform(keeper, stop_instrument, machine, **until)
    page = client.post(address, TYPED)
    assert (page.status_code, page.context["standing"]) == (409, breakdown)
    assert client.get(address).context["standing"].end == at(2, 12)
    perform(keeper, end_fault, breakdown.fault, repaired=True, outcome="x")
    page = client.post(address, {"end_day": "2026-03-06", "end_time": "18:00", "version": "1"})
    assert (page.status_code, page.context["standing"]) == (409, None)
    assert Breakdown.objects.count() == 1


class TestTheDesk:
    """Its ways to the page."""

    def test_by_the_choice_of_an_instrument(self, client, keeper, machine, address):
        """Of those one keeps alone."""
        desk = client.get("/desk/").content.decode()
        choose = reverse("instruments:choose_to_stop")
        assert choose in desk
        answer = client.get(choose, {"instrument": machine.code})
        assert (answer.status_code, answer.url) == (302, address)
        assert client.get(choose, {"instrument": make_instrument().code}).status_code == 404
        assert client.get(choose).status_code == 404

    def test_by_a_fault(self, client, keeper, machine, address):
        """Each leads there."""
        fault = perform(keeper, report_fault, machine, severity="out", words="漏气")
        assert f"{address}?fault={fault.pk}" in client.get("/desk/").content.decode()
        assert address in client.get(reverse("instruments:instrument", args=[machine.code])).content.decode()


class TestTheAnswer:
    """The page of the booking of somebody who was asked to move."""

    @pytest.fixture
    def asked(self, machine, keeper):
        """Asked to move from Tuesday ten o'clock."""
        person = PersonFactory()
        booking = perform(
            person, request_booking, machine, start=at(1, 10), end=at(1, 12), purpose="x", station=1
        )
        until = {"start": NOW, "end": at(2, 12), "words": "坏了", "severity": "out"}
        perform(keeper, stop_instrument, machine, **until, choices={hit_key(booking): "offer"})
        booking.refresh_from_db()
        return booking

    def test_one_press(self, client, asked, machine):
        """The offers are forms; one moves it here, with what the page showed."""
        client.force_login(asked.person)
        page = client.get(f"/bookings/{asked.pk}/")
        told = page.context.get("told") or {}
        body = page.content.decode()
        assert "坏了" in body
        assert body.count('value="2026-03-04"') >= 1
        fields = {"day": "2026-03-04", "start_time": "12:00", "end_time": "14:00", "version": asked.version}
        answer = client.post(f"/bookings/{asked.pk}/move/", fields)
        assert answer.status_code == 302, told
        asked.refresh_from_db()
        assert (asked.start, asked.in_doubt) == (at(2, 12), "")

    def test_to_another_instrument(self, client, asked, machine):
        """By its code; one that cannot be seen is none; one that is not free is refused in words."""
        twin = make_instrument(instrument_class=machine.instrument_class)
        hidden = make_instrument(sharing_mode="not_shared")
        client.force_login(asked.person)
        assert twin.code in client.get(f"/bookings/{asked.pk}/").content.decode()
        fields = {"day": "2026-03-03", "start_time": "10:00", "end_time": "12:00", "version": asked.version}
        address = f"/bookings/{asked.pk}/move/"
        assert client.post(address, {**fields, "instrument": hidden.code}).status_code == 404
        use(twin, 1, 8, 9)
        taken = {**fields, "start_time": "08:00", "end_time": "09:00", "instrument": twin.code}
        assert client.post(address, taken).status_code in {409, 422}
        assert client.post(address, {**fields, "instrument": twin.code}).status_code == 302
        asked.refresh_from_db()
        assert (asked.instrument, asked.start, asked.in_doubt) == (twin, at(1, 10), "")
