"""The custodian's desk: who sees what, what waits, and how it is refreshed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from instruments.booking.enums import BookingState
from instruments.booking.models import BookingSeries
from instruments.desk import queries as lists
from instruments.desk.views.desk_cards import Counts
from instruments.inventory.enums import InstrumentState
from tests.factories.instruments import BookingFactory, StewardshipFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = NOW.date()
QUERIES = 12
"""What it asks the database, however much there is: nine of its own, and session, person, roles and notices."""


@pytest.fixture
def desk(client, steward):
    """Get the steward's desk, logged in."""
    client.force_login(steward)

    def get(query: str = "", **headers: str):
        return client.get(f"/desk/{query}", headers=headers or None)

    return get


def test_a_stranger_logs_in_first(client):
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_who_keeps_nothing_learns_how_to_begin(client):
    client.force_login(PersonFactory(language="en"))
    answer = client.get("/desk/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert "How to become a steward" in answer.content.decode()


def test_who_keeps_nothing_enters_no_upkeep(client):
    client.force_login(PersonFactory())
    assert client.post("/desk/maintenance/", {}).status_code == 404


def test_the_desk_counts_what_waits(xrd, steward, desk):
    other = PersonFactory()
    BookingFactory(instrument=xrd, person=other, start=at(0, 14), state=BookingState.REQUESTED)
    BookingFactory(instrument=xrd, person=other, start=at(0, 10))
    BookingFactory(
        instrument=xrd, person=other, start=at(0, 6), end=at(0, 8), state=BookingState.IN_USE,
        checked_in_at=at(0, 6),
    )  # fmt: skip
    BookingFactory(
        instrument=xrd, person=other, start=at(0, 3), end=at(0, 4), state=BookingState.COMPLETED,
        checked_in_at=at(0, 3), checked_out_at=at(0, 4),
    )  # fmt: skip
    BookingFactory(instrument=xrd, person=other, start=at(0, 17), state=BookingState.DECLINED)
    BookingFactory(instrument=xrd, person=steward, start=at(1, 14), state=BookingState.REQUESTED)
    BookingFactory(person=other, start=at(0, 10))
    context = desk().context
    assert context["counts"] == Counts(
        to_decide=1, to_check_in=0, overdue=1, to_confirm=0, faults=0, messages=0, slots=4
    )
    assert context["due"] == 2
    assert [wish.booking.start for wish in context["wishes"]] == [at(0, 14)]
    assert [late.late_minutes for late in context["overdue"]] == [60]
    assert context["arrivals"] == []
    assert [arrival.is_open for arrival in context["later"]] == [False]
    assert len(context["ended"]) == 1


def test_a_request_past_its_expiry_is_gone(xrd, desk):
    BookingFactory(
        instrument=xrd,
        start=at(0, 14),
        state=BookingState.REQUESTED,
        expires_at=NOW - dt.timedelta(minutes=1),
    )
    context = desk().context
    assert context["counts"].to_decide == 0
    assert context["counts"].slots == 0
    assert context["board"].lanes[0].bookings == []


def test_the_soonest_deadline_comes_first_with_its_neighbours(xrd, desk):
    person = PersonFactory()
    for day, hour, expires in ((1, 9, at(1, 8)), (2, 9, at(0, 12))):
        BookingFactory(
            instrument=xrd,
            person=person,
            start=at(day, hour),
            state=BookingState.REQUESTED,
            expires_at=expires,
        )
    beside = BookingFactory(instrument=xrd, start=at(2, 14))
    BookingFactory(instrument=xrd, start=at(3, 14))
    BookingFactory(instrument=xrd, person=person, start=at(-7, 14), state=BookingState.NO_SHOW)
    BookingFactory(instrument=xrd, person=person, start=at(-7, 10), state=BookingState.COMPLETED)
    first, second = desk().context["wishes"]
    assert first.booking.start == at(2, 9)
    assert first.neighbours == [beside]
    assert second.neighbours == []
    assert (first.uses, first.missed) == (1, 1)


def test_a_series_is_one_card_with_one_decision(client, xrd, steward):
    """Three weeks asked for as one: one thing to do, approved in place; what was asked for beside it still waits."""
    series = BookingSeries.objects.create(instrument=xrd, person=PersonFactory(), rule="FREQ=WEEKLY;COUNT=3")
    told = {"instrument": xrd, "state": BookingState.REQUESTED, "person": series.person}
    weekly = [
        BookingFactory(start=at(day, 10), expires_at=at(day, 9), series=series, price="50.00", **told)
        for day in (1, 8, 15)
    ]
    alone = BookingFactory(start=at(2, 10), expires_at=at(2, 9), **told)
    client.force_login(steward)
    answer = client.get("/desk/", headers={"accept-language": "en"})
    wishes = answer.context["wishes"]
    assert [wish.booking for wish in wishes] == [weekly[0], alone]
    assert (wishes[0].series, wishes[0].version, wishes[0].price) == (weekly, 3, Decimal("150.00"))
    assert wishes[0].expires_at == at(1, 9)
    assert wishes[0].neighbours == []
    assert (wishes[1].series, answer.context["counts"].to_decide, answer.context["due"]) == ([], 2, 2)
    way = f"/bookings/{weekly[0].pk}/series/approve/"
    assert f'action="{way}"' in answer.content.decode()
    answer = client.post(
        way,
        {"version": 3, "next": "/desk/"},
        headers={"hx-request": "true", "accept-language": "en"},
        follow=True,
    )
    assert answer.redirect_chain == [("/desk/", 302)]
    assert "3 times of the series are approved." in answer.content.decode()
    assert [wish.booking for wish in answer.context["wishes"]] == [alone]
    assert {row.state for row in series.bookings.all()} == {BookingState.CONFIRMED}


def test_each_act_is_a_form_with_version_and_way_back(xrd, desk):
    booking = BookingFactory(instrument=xrd, start=at(0, 14), state=BookingState.REQUESTED)
    text = desk().content.decode()
    for verb in ("approve", "decline"):
        assert f'action="/bookings/{booking.pk}/{verb}/"' in text
    assert f'name="version" value="{booking.version}"' in text
    assert 'name="next" value="/desk/"' in text


def test_names_of_people_are_escaped(xrd, desk):
    BookingFactory(
        instrument=xrd, person=PersonFactory(display_name="<b>x</b>"), start=at(0, 14),
        state=BookingState.REQUESTED, purpose='"><script>alert(1)</script>',
    )  # fmt: skip
    for query in ("", "?view=list"):
        text = desk(query).content.decode()
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text


def test_the_list_holds_what_the_board_holds(xrd, desk):
    booking = BookingFactory(instrument=xrd, start=at(0, 14))
    for query in ("", "?view=list"):
        assert f'href="/bookings/{booking.pk}/"' in desk(query).content.decode()
    assert desk("?view=list&day=2026-03-03").context["board"].lanes[0].bookings == []


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "%00"])
def test_a_day_that_is_none_is_today(desk, day):
    answer = desk(f"?day={day}")
    assert answer.status_code == 200
    assert answer.context["day"] == DAY


def test_a_manager_sees_the_unit_and_of_many_those_in_use(client, xrd, manager, monkeypatch):
    make_instrument(unit=xrd.unit)
    client.force_login(manager)
    assert len(client.get("/desk/").context["board"].lanes) == 2
    monkeypatch.setattr(lists, "WIDE", 1)
    BookingFactory(instrument=xrd, start=at(0, 14))
    context = client.get("/desk/").context
    assert [lane.instrument for lane in context["board"].lanes] == [xrd]
    assert len(context["kept"]) == 2


def test_nobody_elses_instrument_is_shown(desk, xrd):
    other = BookingFactory(start=at(0, 14), state=BookingState.REQUESTED)
    answer = desk()
    assert [lane.instrument for lane in answer.context["board"].lanes] == [xrd]
    assert str(other.pk) not in answer.content.decode()


def _fill(instrument, number):
    people = PersonFactory.create_batch(number)
    for offset, person in enumerate(people):
        day = dt.timedelta(days=offset)
        BookingFactory(
            instrument=instrument, person=person, start=at(0, 14) + day, state=BookingState.REQUESTED
        )
        BookingFactory(instrument=instrument, person=person, start=at(0, 10) + day)
    hours = dt.timedelta(hours=1)
    for offset, state in enumerate((BookingState.IN_USE, BookingState.COMPLETED) * number):
        start = at(0, 0) + offset * hours
        BookingFactory(instrument=instrument, start=start, end=start + hours, state=state)


def test_the_number_of_queries_does_not_grow(client, steward, xrd):
    _fill(xrd, 1)
    few = _queries(client, steward)
    for _ in range(2):
        more = make_instrument(unit=xrd.unit, state=InstrumentState.UNDER_REPAIR)
        StewardshipFactory(instrument=more, person=steward)
        _fill(more, 3)
    assert (few, _queries(client, steward)) == (QUERIES, QUERIES)


def _queries(client, person):
    client.force_login(person)
    client.get("/desk/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get("/desk/").status_code == 200
    return len(queries)


# In place


def test_htmx_gets_the_parts_that_change_alone(xrd, desk):
    whole, part = desk(), desk(**{"HX-Request": "true"})
    for name in (
        "desk-head",
        "counts",
        "to-decide",
        "overdue",
        "to-check-in",
        "unconfirmed",
        "board",
        "ended",
    ):
        assert part.content.decode().count(f'id="{name}"') == 1
        assert f"#{name}" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert 'id="upkeep"' not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_an_act_in_place_answers_with_the_desk_and_its_message(client, xrd, steward):
    wish = BookingFactory(instrument=xrd, start=at(0, 14), state=BookingState.REQUESTED)
    client.force_login(steward)
    answer = client.post(
        f"/bookings/{wish.pk}/approve/",
        {"version": wish.version, "next": "/desk/?show=waiting"},
        headers={"hx-request": "true", "accept-language": "en"},
        follow=True,
    )
    text = answer.content.decode()
    assert answer.redirect_chain == [("/desk/?show=waiting", 302)]
    assert "Approved. The person has been told." in text
    assert "<html" not in text
    assert answer.context["counts"].to_decide == 0


@pytest.mark.parametrize(("show", "shown"), [("", 3), ("waiting", 2), ("idle", 1), ("nonsense", 3)])
def test_the_board_can_show_what_waits_or_what_is_idle(desk, steward, xrd, show, shown):
    idle, down = make_instrument(unit=xrd.unit), make_instrument(unit=xrd.unit)
    for instrument in (idle, down):
        StewardshipFactory(instrument=instrument, person=steward)
    down.state = InstrumentState.UNDER_REPAIR
    down.save()
    BookingFactory(instrument=xrd, start=at(0, 8), state=BookingState.IN_USE, checked_in_at=at(0, 8))
    BookingFactory(instrument=xrd, start=at(1, 14), state=BookingState.REQUESTED)
    BookingFactory(instrument=idle, start=at(0, 14))
    context = desk(f"?show={show}").context
    assert len(context["board"].lanes) == shown
    assert context["choices"]["waiting"] == sorted([xrd, down], key=lambda i: i.code)
    assert context["choices"]["idle"] == [idle]


def test_another_day_has_no_filter(desk):
    assert desk("?day=2026-03-03&show=idle").context["choices"] == {}


def test_the_overdue_card_says_who_comes_next_and_asks_before_it_ends(xrd, desk):
    late = BookingFactory(
        instrument=xrd, start=at(0, 6), end=at(0, 8), state=BookingState.IN_USE, checked_in_at=at(0, 6)
    )
    BookingFactory(instrument=xrd, start=at(0, 9, 30), state=BookingState.CANCELLED)
    after = BookingFactory(instrument=xrd, start=at(0, 10), person=PersonFactory(display_name="Next"))
    BookingFactory(instrument=xrd, start=at(0, 12))
    answer = desk(**{"accept-language": "en"})
    assert [card.following for card in answer.context["overdue"]] == [after]
    text = answer.content.decode()
    assert "Next comes next; it is not free yet" in text
    form = text.index(f'action="/bookings/{late.pk}/check-out/"')
    assert text.rindex("<details", 0, form) > text.rindex("</details>", 0, form)
    assert text.index('name="samples"') > form


def test_where_people_come_from_is_in_the_readers_language(xrd, desk):
    unit = make_instrument().unit
    unit.name_zh, unit.name_en = "草原研究所", "Steppe Institute"
    unit.save()
    person = PersonFactory(home_unit=unit, affiliation="member_unit")
    for hour, state in ((10, BookingState.CONFIRMED), (14, BookingState.REQUESTED)):
        BookingFactory(instrument=xrd, person=person, start=at(0, hour), state=state)
    for language, name, other in (
        ("en", "Steppe Institute", "草原研究所"),
        ("zh-hans", "草原研究所", "Steppe Institute"),
    ):
        text = desk(**{"accept-language": language}).content.decode()
        assert text.count(name) == 2
        assert other not in text
