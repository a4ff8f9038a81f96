"""Maintenance entered at the desk."""

from __future__ import annotations

import pytest

from instruments.booking.enums import BookingKind
from instruments.booking.models import Booking
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import make_manager
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def _upkeep(code, **changes):
    return {
        "instrument": code, "day": "2026-03-03", "start_time": "09:00", "end_time": "12:00",
        "reason": "换灯丝", **changes,
    }  # fmt: skip


def test_upkeep_is_entered(client, xrd, steward):
    client.force_login(steward)
    answer = client.post("/desk/maintenance/", _upkeep(xrd.code), headers={"accept-language": "en"})
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/?day=2026-03-03#board"
    page = client.get("/desk/?day=2026-03-03", headers={"accept-language": "en"}).content.decode()
    said = "Maintenance is entered: Tue 3 Mar 09:00–12:00, 3 h. Nobody can book this time."
    assert said in page[page.index('id="board"') :]
    assert said not in page[: page.index('id="board"')]
    booking = Booking.objects.get()
    assert (booking.kind, booking.start, booking.end) == (BookingKind.MAINTENANCE, at(1, 9), at(1, 12))


def test_upkeep_over_night_says_on_which_day_it_ends(client, xrd, steward):
    client.force_login(steward)
    night = _upkeep(xrd.code, start_time="12:00", end_time="08:00", end_day="2026-03-04")
    client.post("/desk/maintenance/", night, headers={"accept-language": "en"})
    booking = Booking.objects.get()
    assert (booking.start, booking.end) == (at(1, 12), at(2, 8))
    answer = client.get("/desk/?day=2026-03-03", headers={"accept-language": "en"})
    text = answer.content.decode()
    assert "Maintenance is entered: Tue 3 Mar 12:00 – Wed 4 Mar 08:00, 20 h." in text
    assert "until Wed 4 Mar 08:00" in text
    assert [cell.ends_later for cell in answer.context["board"].lanes[0].bookings] == [True]


@pytest.mark.parametrize("end_day", ["", "2026-03-04"])
@pytest.mark.parametrize("end_time", ["09:00", "08:00"])
def test_upkeep_that_ends_on_another_day_names_it(client, xrd, steward, end_day, end_time):
    client.force_login(steward)
    fields = _upkeep(xrd.code, start_time="09:00", end_time=end_time, end_day=end_day)
    answer = client.post("/desk/maintenance/", fields, headers={"accept-language": "en"})
    if end_day:
        assert [(b.start, b.end) for b in Booking.objects.all()] == [(at(1, 9), at(2, int(end_time[:2])))]
        return
    assert answer.status_code == 422
    assert answer.context["form"].errors["end_time"] == [
        "The end must be later than the start; name the last day where it is another one."
    ]
    assert not Booking.objects.exists()


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
    (problem,) = answer.context["problems"]
    assert (problem.rule, problem.chosen) == ("past", "3月1日 周日 09:00")
    assert "附近没有空档" not in answer.content.decode()


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
