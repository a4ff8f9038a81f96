"""A person's page: what waits, what is coming, what is over; nobody else's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from changes import perform
from evaluations.entries.actions import report_value
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState
from instruments.terms.models import OpeningException
from members.models import MemberUnit
from tests.factories.evaluations import make_story
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def person(db):
    """A researcher."""
    return PersonFactory()


def test_a_visitor_signs_in_first(client):
    """And comes back afterwards."""
    answer = client.get(reverse("portal:me"))
    assert (answer.status_code, answer.headers["Location"]) == (
        302, f"{reverse('account_login')}?next={reverse('portal:me')}"
    )  # fmt: skip


def test_an_empty_page_offers_a_way_on(client, person):
    """Nothing to do, nothing coming: the catalogue is offered."""
    client.force_login(person)
    answer = client.get(reverse("portal:me"))
    agenda = answer.context["agenda"]
    assert (agenda.todos, agenda.coming, agenda.past) == ([], [], [])
    assert reverse("instruments:catalogue") in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_use_of_a_shut_instrument_is_to_be_moved(client, person):
    """Out of service until Wednesday, or closed for a time: those that meet it wait, the one after it does not."""
    broken = make_instrument(state="under_repair", state_note="换灯", back_on=at(2, 0).date())
    closed = make_instrument()
    OpeningException.objects.create(
        instrument=closed, start=at(3, 10), end=at(3, 12), is_open=False, reason="停电"
    )
    hit = BookingFactory(instrument=broken, person=person, start=at(1, 9))
    BookingFactory(instrument=broken, person=person, start=at(2, 9))
    dark = BookingFactory(instrument=closed, person=person, start=at(3, 9))
    BookingFactory(instrument=closed, person=person, start=at(3, 12))
    client.force_login(person)
    answer = client.get(reverse("portal:me"))
    assert [(todo.kind, todo.booking.pk, todo.shut.reason) for todo in answer.context["agenda"].todos] == [
        ("shut", hit.pk, "换灯"),
        ("shut", dark.pk, "停电"),
    ]
    assert answer.context["things"] == 2


def test_todos_and_bookings_are_the_persons_own(client, person):
    """A visit that may begin and one that runs over wait, the earlier deadline first; the rest is coming or past."""
    instrument = make_instrument(station_count=4, policy={"check_in_early_minutes": 30})
    soon = BookingFactory(instrument=instrument, person=person, start=at(0, 9, 15))
    over = BookingFactory(
        instrument=instrument, person=person, start=NOW - dt.timedelta(hours=3), end=NOW - dt.timedelta(hours=1),
        state=BookingState.IN_USE, station=2,
    )  # fmt: skip
    later = BookingFactory(instrument=instrument, person=person, start=at(2, 9), state=BookingState.REQUESTED)
    past = BookingFactory(instrument=instrument, person=person, start=at(-7, 9), state=BookingState.COMPLETED)
    BookingFactory(instrument=instrument, start=at(0, 9, 15), station=3)
    client.force_login(person)
    agenda = client.get(reverse("portal:me")).context["agenda"]
    assert [(todo.kind, todo.booking.pk) for todo in agenda.todos] == [
        ("check_out", over.pk),
        ("check_in", soon.pk),
    ]
    assert [booking.pk for booking in agenda.coming] == [over.pk, soon.pk, later.pk]
    assert [booking.pk for booking in agenda.past] == [past.pk]
    assert [todo.deadline for todo in agenda.todos] == [over.end, at(0, 9, 45)]
    assert [(day.day.day, len(day.bookings)) for day in agenda.days] == [(2, 2), (4, 1)]


def test_a_request_is_not_headed_as_a_use(client, person):
    """What nobody has approved yet waits; it is no next use."""
    booking = BookingFactory(
        instrument=make_instrument(), person=person, start=at(2, 9), state=BookingState.REQUESTED
    )
    client.force_login(person)
    url = reverse("portal:me")
    page = client.get(url, headers={"accept-language": "zh-hans"}).content.decode()
    headline = page.partition("<h1>")[2].partition("</h1>")[0]
    assert "待审批：" in headline
    assert "下一次" not in headline
    assert "<p>下一次" not in page
    booking.state = BookingState.CONFIRMED
    booking.save()
    page = client.get(url, headers={"accept-language": "zh-hans"}).content.decode()
    headline = page.partition("<h1>")[2].partition("</h1>")[0]
    assert "下次上机：" in headline
    assert "待审批" not in headline


def test_the_next_booking_is_open_with_its_life_and_acts(client, person):
    """The one that runs over is not next; the coming one shows what may be done with it, and how far away it is."""
    instrument = make_instrument(station_count=2)
    BookingFactory(
        instrument=instrument, person=person, start=NOW - dt.timedelta(hours=3), end=NOW - dt.timedelta(hours=1),
        state=BookingState.IN_USE, station=2,
    )  # fmt: skip
    soon = BookingFactory(instrument=instrument, person=person, start=at(0, 12), requested_at=at(-1, 9))
    client.force_login(person)
    answer = client.get(reverse("portal:me"))
    shown = answer.context["next"]
    assert (shown.booking.pk, shown.ahead) == (soon.pk, "3 小时后")
    assert [step.state for step in shown.steps] == ["done", "now", "todo", "todo"]
    assert [choice.act.slug for choice in shown.choices] == ["move", "hand-over", "cancel"]
    assert reverse("instruments:booking_act", args=[soon.pk, "cancel"]) in answer.content.decode()


def test_the_next_booking_says_why_it_cannot_be_used(client, person):
    """Under repair until the eleventh: the open card says so, with the reason."""
    instrument = make_instrument(
        state=InstrumentState.UNDER_REPAIR,
        state_note="The pump is at the maker's.",
        back_on=dt.date(2026, 3, 11),
    )
    BookingFactory(instrument=instrument, person=person, start=at(0, 12), requested_at=at(-1, 9))
    client.force_login(person)
    page = client.get(reverse("portal:me"), headers={"accept-language": "en"}).content.decode()
    card = page.partition('class="panel flush next-booking"')[2].partition('class="halves"')[0]
    assert "The pump is at the maker&#39;s." in card
    assert "Expected back in service on" in card


def test_managers_are_asked_for_reports_and_experts_for_scores(client, person):
    """CCC has reported nothing, the expert has scored one of all units; who has done all is asked for nothing."""
    story = make_story()
    judged = MemberUnit.objects.exclude(pk=story.expert.home_unit_id).count()
    for someone, expected in (
        (person, []),
        (story.managers["AAA"], []),
        (story.managers["CCC"], [("CCC", 1)]),
        (story.expert, [(None, judged - 1)]),
    ):
        client.force_login(someone)
        answer = client.get(reverse("portal:me"))
        waiting = answer.context["waiting"]
        assert [(item.unit.code if item.unit else None, item.missing) for item in waiting] == expected
        assert answer.context["things"] == len(expected)
    assert reverse("evaluations:give", args=[story.round.year]) in answer.content.decode()
    perform(story.managers["CCC"], report_value, story.round, story.units["CCC"], "tasks", Decimal(2))
    client.force_login(story.managers["CCC"])
    assert client.get(reverse("portal:me")).context["waiting"] == []


def test_nobody_is_asked_when_the_last_day_is_over(client, monday):
    """The round takes reports until 31 March, inclusive."""
    story = make_story()
    for day, things in ((31, 1), (32, 0)):
        monday.move_to(at(day - 2, 12))
        client.force_login(story.managers["CCC"])
        assert client.get(reverse("portal:me")).context["things"] == things


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(client, person, django_assert_num_queries, rows):
    """As many for three bookings on three instruments as for one."""
    for number in range(rows):
        BookingFactory(instrument=make_instrument(), person=person, start=at(1 + number, 9))
    client.force_login(person)
    with django_assert_num_queries(14):
        client.get(reverse("portal:me"))


def test_a_request_is_no_next_use(client, person):
    """What is certain comes next, also where a request begins before it; a month shows both, and nothing given up."""
    xrd = make_instrument()
    request = BookingFactory(
        instrument=xrd, person=person, start=at(1, 9), state=BookingState.REQUESTED, expires_at=at(1, 8)
    )
    certain = BookingFactory(instrument=xrd, person=person, start=at(2, 9))
    BookingFactory(instrument=xrd, person=person, start=at(3, 9), state=BookingState.CANCELLED)
    BookingFactory(instrument=xrd, start=at(3, 9))
    client.force_login(person)
    answer = client.get("/me/", headers={"accept-language": "en"})
    assert answer.context["next"].booking == certain
    sheet = client.get("/me/?month=2026-03")
    shown = [row for week in sheet.context["month"] for day in week for row in day.bookings]
    assert shown == [request, certain]
    Booking.objects.filter(pk=certain.pk).update(state=BookingState.CANCELLED)
    answer = client.get("/me/", headers={"accept-language": "en"})
    assert answer.context["next"].state == "requested"
    assert "next use" not in answer.content.decode()


@pytest.mark.parametrize("month", ["2026-13", "x", "", "9999-12", "0001-01"])
def test_a_month_that_is_none_is_the_list(client, month):
    client.force_login(PersonFactory())
    assert client.get("/me/", {"month": month}).context["month"] is None
