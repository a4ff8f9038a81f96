"""What a unit asks whoever books: on every path, kept with the booking, shown to both sides."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.errors import RulesBroken, SeriesBroken
from instruments.booking.models import Booking
from instruments.bundles.actions.bundles import WantedPart, request_bundle
from instruments.bundles.errors import BundleBroken
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.instruments.booking.series import ask as ask_for_series
from tests.instruments.moments import at
from webapi.tokens import issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
QUESTIONS = "放射性？ // Radioactive? | 是 / 否\n样品数量 // Samples | number\n备注（选填） // Remarks"
ANSWERS = {"放射性？": "否", "样品数量": "3"}


@pytest.fixture
def asking():
    """Open around the clock, with three questions."""
    return make_instrument(code="AAA-ASK", policy={"questions": QUESTIONS})


def wish(hour=10):
    """An hour of Tuesday."""
    return {"start": at(1, hour), "end": at(1, hour + 1), "purpose": "稀土"}


def test_answers_are_kept_and_missing_ones_refused(asking, member, ledger):
    """Every open question is named at once; nothing is booked."""
    before = ledger()
    with pytest.raises(RulesBroken) as refused:
        perform(member, request_booking, asking, **wish())
    assert [(one.rule, one.required) for one in refused.value.problems] == [
        ("answer", "放射性？"),
        ("answer", "样品数量"),
    ]
    assert before.unchanged()
    booking = perform(member, request_booking, asking, answers=ANSWERS, **wish())
    assert booking.answers == [["放射性？", "Radioactive?", "否"], ["样品数量", "Samples", "3"]]


def test_a_keeper_makes_no_exception_from_a_question(asking, member):
    """What is asked has no default."""
    with pytest.raises(RulesBroken):
        perform(make_steward(asking), request_booking, asking, person=member, waive="急", **wish())


def test_a_series_and_a_set_ask_too(asking, member):
    """One answer holds for every time of a series; a set names the part."""
    with pytest.raises(BundleBroken) as refused:
        perform(
            member,
            request_bundle,
            [WantedPart(1, asking, Interval(at(1, 9), at(1, 10)))],
            when_lost="all",
            said={"purpose": "x"},
        )
    assert [one.rule for _place, reasons in refused.value.parts for one in reasons] == ["answer", "answer"]
    with pytest.raises(SeriesBroken):
        ask_for_series(member, asking)


def test_the_interface_says_what_is_missing(client, asking, member):
    """Programs have no way to answer, so they are told in words."""
    token, _row = perform(member, issue, member, name="x", scopes=["read", "write"], days=1)
    answer = client.post(
        "/api/v1/bookings/",
        json.dumps(
            {
                "instrument": asking.code,
                "start": at(1, 10).isoformat(),
                "end": at(1, 11).isoformat(),
                "purpose": "x",
            }
        ),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "zh-hans", "Idempotency-Key": "k1"},
    )
    assert answer.status_code == 422
    assert "放射性？" in answer.content.decode()
    assert not Booking.objects.exists()


def test_the_page_asks_and_shows(client, asking, member):
    """Fields of their kinds; wrong answers at their field, what was typed stays; both sides read the answers."""
    client.force_login(member)
    page = client.get(f"/instruments/{asking.code}/").content.decode()
    assert "放射性？" in page
    typed = {"day": "2026-03-03", "start_time": "10:00", "end_time": "11:00", "purpose_kind": "research"}
    typed |= {"purpose": "稀土", "ask_0": "否", "ask_1": "drei", "ask_2": "易潮"}
    address = reverse("instruments:book", args=[asking.code])
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "id_ask_1_error" in answer.content.decode()
    assert 'value="易潮"' in answer.content.decode()
    assert client.post(address, typed | {"ask_1": "3"}).status_code == 302
    booking = Booking.objects.get()
    assert booking.answers[2] == ["备注", "Remarks", "易潮"]
    assert "易潮" in client.get(f"/bookings/{booking.pk}/").content.decode()
    client.force_login(make_steward(asking))
    shown = client.get(f"/bookings/{booking.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "Radioactive?" in shown or "放射性？" in shown


def test_a_visitor_who_signs_in_loses_no_answer(client, asking):
    """The address of the form carries them."""
    typed = {
        "day": "2026-03-03",
        "start_time": "10:00",
        "end_time": "11:00",
        "purpose": "稀土",
        "ask_2": "易潮",
    }
    answer = client.post(reverse("instruments:book", args=[asking.code]), typed)
    assert "ask_2" in answer["Location"]


def test_an_offered_time_is_taken_with_answers(client, asking, member):
    """One press where nothing is asked; here the questions stand beside it, and nothing is taken without."""
    offered = BookingFactory(
        instrument=asking, person=member, start=at(1, 10), end=at(1, 11), state="offered", is_offer=True,
        expires_at=at(0, 12),
    )  # fmt: skip
    client.force_login(member)
    assert "放射性？" in client.get(f"/bookings/{offered.pk}/").content.decode()
    address = f"/bookings/{offered.pk}/take/"
    assert client.post(address, {"version": "1"}).status_code == 422
    assert Booking.objects.get().state == "offered"
    assert client.post(address, {"version": "1", "ask_0": "否", "ask_1": "3"}).status_code == 302
    assert Booking.objects.get().answers == [["放射性？", "Radioactive?", "否"], ["样品数量", "Samples", "3"]]
