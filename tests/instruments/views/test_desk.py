"""The keeper's desk: who sees what, the board's places, and upkeep."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from instruments.enums import BookingKind, BookingState, InstrumentState
from instruments.models import Booking
from instruments.queries import desk as lists
from instruments.rules.intervals import Interval
from instruments.views.board import board
from tests.factories.instruments import BookingFactory, StewardshipFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = NOW.date()


@pytest.fixture
def desk(client, steward):
    """Get the steward's desk, logged in."""
    client.force_login(steward)

    def get(query: str = "", **headers: str):
        return client.get(f"/desk/{query}", headers=headers or None)

    return get


def _lay(instrument, *bookings, opened=(), now=NOW):
    return board([instrument], {instrument.pk: bookings}, {instrument.pk: list(opened)}, DAY, now)


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
    assert context["counts"] == lists.Counts(to_decide=1, to_check_in=1, overdue=1, ended=1, slots=4)
    assert context["counts"].waiting == 3
    assert [wish.booking.start for wish in context["wishes"]] == [at(0, 14)]
    assert [late.late_minutes for late in context["overdue"]] == [60]
    assert [arrival.is_open for arrival in context["arrivals"]] == [False]


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
    few, many = _queries(client, steward), 0
    for _ in range(2):
        more = make_instrument(unit=xrd.unit, state=InstrumentState.UNDER_REPAIR)
        StewardshipFactory(instrument=more, person=steward)
        _fill(more, 3)
    many = _queries(client, steward)
    assert few == many
    assert few <= 15


def _queries(client, person):
    client.force_login(person)
    client.get("/desk/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get("/desk/").status_code == 200
    return len(queries)


# The layout


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"start": at(0, 10)}, "confirmed"),
        ({"start": at(0, 9)}, "late"),
        ({"start": at(0, 8), "state": BookingState.IN_USE}, "in_use"),
        ({"start": at(0, 8), "end": at(0, 9), "state": BookingState.IN_USE}, "overdue"),
        ({"start": at(0, 10), "state": BookingState.REQUESTED}, "requested"),
        ({"start": at(0, 8), "kind": BookingKind.MAINTENANCE}, "maintenance"),
        ({"start": at(0, 8), "state": BookingState.NO_SHOW}, "no_show"),
        ({"start": at(0, 8), "end": at(0, 9), "state": BookingState.COMPLETED}, "completed"),
    ],
)
def test_how_a_booking_looks(xrd, fields, kind):
    laid = _lay(xrd, BookingFactory(instrument=xrd, **fields))
    assert [cell.kind for cell in laid.lanes[0].bookings] == [kind]


def test_places_are_counted_in_five_minutes_from_eight(xrd):
    laid = _lay(xrd, BookingFactory(instrument=xrd, start=at(0, 10), end=at(0, 12)))
    assert laid.hours == 12
    assert laid.marks[0] == ("s1", "08")
    assert laid.lanes[0].cells[0].place == "s25 e49"
    assert laid.now_place == "s13"
    assert laid.lanes[0].booked_hours == Decimal("2.00")


def test_a_booking_at_night_shows_the_whole_day(xrd):
    laid = _lay(xrd, BookingFactory(instrument=xrd, start=at(0, 20), end=at(0, 22)))
    assert laid.hours == 24
    assert laid.lanes[0].cells[0].place == "s241 e265"


def test_upkeep_over_days_is_cut_and_needs_no_night(xrd):
    laid = _lay(
        xrd, BookingFactory(instrument=xrd, start=at(-1, 9), end=at(3, 9), kind=BookingKind.MAINTENANCE)
    )
    assert laid.hours == 12
    assert laid.lanes[0].cells[0].place == "s1 e145 cut-start cut-end"


def test_stations_take_rows():
    instrument = make_instrument(station_count=3)
    laid = _lay(
        instrument,
        BookingFactory(instrument=instrument, start=at(0, 10), station=1),
        BookingFactory(instrument=instrument, start=at(0, 10), station=2),
    ).lanes[0]
    assert [cell.row for cell in laid.bookings] == ["", "lane-2"]
    assert laid.rows == 3


def test_gaps_keep_notice_step_and_shortest(xrd):
    opened = [Interval(at(0, 8), at(0, 20))]
    laid = _lay(
        xrd,
        BookingFactory(instrument=xrd, start=at(0, 12), end=at(0, 14)),
        BookingFactory(instrument=xrd, start=at(0, 14, 15), end=at(0, 16)),
        opened=opened,
        now=NOW + dt.timedelta(minutes=10),
    )
    gaps = [(cell.start, cell.end) for cell in laid.lanes[0].cells if cell.kind == "gap"]
    assert gaps == [(at(0, 10, 30), at(0, 12)), (at(0, 16), at(0, 20))]


def test_what_is_down_offers_nothing(xrd):
    xrd.state = InstrumentState.UNDER_REPAIR
    laid = _lay(xrd, opened=[Interval(at(0, 8), at(0, 20))])
    assert [(cell.kind, cell.start, cell.end) for cell in laid.lanes[0].cells] == [("fault", NOW, at(0, 20))]
    assert laid.lanes[0].state == InstrumentState.UNDER_REPAIR


def test_a_missed_booking_ends_where_its_time_was_given_back(xrd):
    missed = BookingFactory(
        instrument=xrd, start=at(0, 8), end=at(0, 11), state=BookingState.NO_SHOW, ended_at=at(0, 8, 30)
    )
    lane = _lay(xrd, missed).lanes[0]
    assert lane.cells[0].end == at(0, 8, 30)
    assert lane.booked_hours == 0


# Upkeep


def _upkeep(code, **changes):
    return {
        "instrument": code, "day": "2026-03-03", "start_time": "09:00", "end_time": "12:00",
        "reason": "换灯丝", **changes,
    }  # fmt: skip


def test_upkeep_is_entered(client, xrd, steward):
    client.force_login(steward)
    answer = client.post("/desk/maintenance/", _upkeep(xrd.code))
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/?day=2026-03-03#board"
    booking = Booking.objects.get()
    assert (booking.kind, booking.start, booking.end) == (BookingKind.MAINTENANCE, at(1, 9), at(1, 12))


def test_refused_upkeep_keeps_what_was_typed_and_offers_other_times(client, xrd, steward):
    BookingFactory(instrument=xrd, start=at(1, 10))
    client.force_login(steward)
    answer = client.post("/desk/maintenance/", _upkeep(xrd.code))
    assert answer.status_code == 409
    assert answer.context["problems"][0].rule == "slot_taken"
    assert answer.context["others"]
    assert "换灯丝" in answer.content.decode()
    offered = client.get(answer.context["others"][0].url.partition("#")[0])
    assert offered.context["form"].initial["instrument"] == xrd.code


def test_upkeep_in_the_past_names_the_rule(client, xrd, steward):
    client.force_login(steward)
    answer = client.post("/desk/maintenance/", _upkeep(xrd.code, day="2026-03-01"))
    assert answer.status_code == 422
    assert [problem.rule for problem in answer.context["problems"]] == ["past"]


def test_upkeep_without_reason_is_marked_at_the_field(client, xrd, steward):
    client.force_login(steward)
    answer = client.post("/desk/maintenance/", _upkeep(xrd.code, reason=""))
    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    assert not Booking.objects.exists()


def test_upkeep_on_somebody_elses_instrument_is_not_offered(client, xrd, steward):
    other = make_instrument()
    make_steward(other)
    make_manager(other.unit)
    client.force_login(steward)
    answer = client.post("/desk/maintenance/", _upkeep(other.code))
    assert answer.status_code == 422
    assert "instrument" in answer.context["form"].errors
    assert not Booking.objects.exists()
