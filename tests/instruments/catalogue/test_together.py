"""The page of an instrument that is used only together with others: one time, one price, one set. Monday is 2 March."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from changes import perform
from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle
from instruments.inventory.models import Instrument
from instruments.terms.actions.links import set_links
from instruments.terms.models import BookingPolicy
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import make_manager
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
OFFICE = {"workdays": (8, 18)}
WISH = {
    "day": "2026-03-03",
    "start_time": "10:00",
    "end_time": "12:00",
    "purpose_kind": "research",
    "purpose": "冷台",
}


@pytest.fixture
def scope():
    """A microscope, used only with its stage."""
    scope = make_instrument(code="AAA-SCOPE", name_en="Microscope", **OFFICE)
    make_instrument(
        code="AAA-STAGE",
        name_en="Cooling stage",
        unit=scope.unit,
        policy={"approval_required": True},
        **OFFICE,
    )
    perform(make_manager(scope.unit), set_links, scope, ["AAA-STAGE"])
    return Instrument.objects.get(pk=scope.pk)


@pytest.fixture
def stage(scope):
    """The cooling stage."""
    return Instrument.objects.get(code="AAA-STAGE")


@pytest.fixture
def reader(client, member):
    """The client of a researcher of another unit, in English."""
    client.force_login(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def text(answer):
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def address(name, scope):
    """Of a page of the instrument."""
    return reverse(f"instruments:{name}", args=[scope.code])


def chosen(scope):
    """The page with Tuesday 10 to 12 chosen."""
    start, end = at(1, 10), at(1, 12)
    return f"{address('instrument', scope)}?start={start.isoformat()}&end={end.isoformat()}".replace(
        "+", "%2B"
    )


def test_page_names_the_others_and_shows_one_price(reader, scope):
    """Each with a link and whether it is free then; each price, the sum; no series, no waiting."""
    shown = reader.get(chosen(scope))
    words = text(shown)
    assert reverse("instruments:instrument", args=["AAA-STAGE"]) in shown.text
    assert "Cooling stage · AAA-STAGE · free at the chosen time" in words
    assert "Microscope · confirmed at once ¥240.00 Cooling stage · the steward decides ¥240.00" in words
    assert "Total ¥480.00" in words
    assert "Book all of them together" in words
    assert 'name="repeat"' not in shown.text
    assert address("wait", scope) not in shown.text
    assert "can cancel or move it yourself" in words


def test_visitor_sees_the_times_at_which_all_are_free(client, scope, stage):
    """Without an account too."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    BookingFactory(instrument=stage, start=at(0, 8), end=at(1, 18))
    shown = client.get(address("instrument", scope))
    slots = re.findall(r"start=(2026-03-\d\dT\d\d)", shown.text)
    assert slots[:1] == ["2026-03-04T08"]
    assert "Used together with" in text(shown)


def test_quote_names_whose_rule_it_is(reader, scope, stage):
    """The stage is taken."""
    BookingFactory(instrument=stage, start=at(1, 11), end=at(1, 13))
    words = text(reader.get(address("quote", scope), WISH))
    assert "AAA-STAGE · Time taken" in words
    assert "AAA-SCOPE ·" not in words
    assert "cannot be had at the chosen time" in text(reader.get(chosen(scope)))


def test_one_press_books_all_as_a_set(reader, member, scope):
    """Lost as a whole, each at its price; sent twice it is one."""
    sent = WISH | {"once": "7d9f0a6e-3f57-4b5a-9b8e-0d5cf6f3a001"}
    answer = reader.post(address("book", scope), sent)
    made = BookingBundle.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/bundles/{made.pk}/")
    assert (made.person, made.when_lost) == (member, "all")
    rows = Booking.objects.order_by("instrument__code")
    assert list(rows.values_list("instrument__code", "start", "end", "state", "price", "purpose")) == [
        ("AAA-SCOPE", at(1, 10), at(1, 12), "confirmed", Decimal("240.00"), "冷台"),
        ("AAA-STAGE", at(1, 10), at(1, 12), "requested", Decimal("240.00"), "冷台"),
    ]
    again = reader.post(address("book", scope), sent)
    assert again["Location"] == f"/bundles/{made.pk}/"
    assert BookingBundle.objects.count() == 1
    words = text(reader.get(chosen(scope)))  # what one holds there oneself is said once of each
    assert "2 rules stand against it: AAA-SCOPE · Your own booking" in words


def test_refusal_offers_the_next_three_times_for_all(reader, scope, stage):
    """The stage is taken until 13; the microscope from 15 to 17: nothing is booked, 13 to 15 is the first offered."""
    BookingFactory(instrument=stage, start=at(1, 9), end=at(1, 13))
    BookingFactory(instrument=scope, start=at(1, 15), end=at(1, 17))
    before = Booking.objects.count()
    answer = reader.post(address("book", scope), WISH)
    assert answer.status_code == 409
    assert (Booking.objects.count(), BookingBundle.objects.count()) == (before, 0)
    assert "AAA-STAGE" in text(answer)
    refused = answer.text[answer.text.index('id="booking"') :]
    offered = re.findall(r"start=(2026-03-\d\dT\d\d)", refused)
    assert list(dict.fromkeys(offered))[:3] == ["2026-03-03T13", "2026-03-04T08", "2026-03-04T10"]
    assert "¥480.00" in text(answer)
    assert 'value="冷台"' in answer.text


def test_questions_and_the_night_of_all_are_asked(reader, scope, stage):
    """What the stage asks is asked here, what both ask once; a companion where one of them wants two at night."""
    BookingPolicy.objects.update(questions="样品有毒吗")
    BookingPolicy.objects.filter(instrument=stage).update(questions="样品有毒吗\n温度", nights="two")
    shown = reader.get(address("instrument", scope))
    assert shown.text.count("样品有毒吗") == 1
    assert 'name="ask_1"' in shown.text
    assert 'name="companion"' in shown.text
    assert reader.post(address("book", scope), WISH).status_code == 422
    assert not Booking.objects.exists()
    answer = reader.post(address("book", scope), WISH | {"ask_0": "无毒", "ask_1": "-20"})
    assert answer.status_code == 302
    said = dict(Booking.objects.values_list("instrument__code", "answers"))
    assert {code: len(given) for code, given in said.items()} == {"AAA-SCOPE": 1, "AAA-STAGE": 2}


def test_what_is_not_shared_cannot_be_had(reader, scope, stage):
    """Where the others are their unit's own, nobody else books; it is said, and nothing is booked."""
    Instrument.objects.filter(pk=stage.pk).update(sharing_mode="not_shared")
    answer = reader.post(address("book", scope), WISH)
    assert answer.status_code == 422
    assert "AAA-STAGE" in text(answer)
    assert not Booking.objects.exists()


def test_keeper_books_one_alone_for_somebody_with_a_reason(client, scope, member):
    """Without a reason the rule is told; with one it is an exception on record."""
    keeper = make_steward(scope)
    client.force_login(keeper)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    sent = WISH | {"whom": member.email}
    answer = client.post(address("book", scope), sent)
    assert answer.status_code == 422
    assert "AAA-STAGE" in text(answer)
    answer = client.post(address("book", scope), sent | {"waive": "常温即可"})
    assert answer.status_code == 302
    assert Booking.objects.get().person == member
    assert not BookingBundle.objects.exists()


def test_collected_with_the_others(reader, scope):
    """The button for a set of one's own takes all of them as one step."""
    answer = reader.post(reverse("instruments:basket_add", args=[scope.code]), {"minutes": "60"})
    assert answer.status_code == 302
    (step,) = reader.session["basket"]["steps"]
    assert (step["codes"], step["count"]) == (["AAA-SCOPE", "AAA-STAGE"], 2)
    assert 'name="chain"' in reader.get("/basket/").text


def test_moving_is_judged_with_the_others(reader, member, scope):
    """On the week of its page the new time is fine, and is taken for both."""
    reader.post(address("book", scope), WISH)
    booking = Booking.objects.get(instrument=scope)
    page = text(reader.get(reverse("instruments:booking", args=[booking.pk])))
    assert "It moves together with Cooling stage (AAA-STAGE)." in page
    to = f"{at(1, 11).isoformat()}/{at(1, 13).isoformat()}"
    shown = reader.get(address("quote", scope), {"moves": str(booking.pk), "to": to})
    assert "Used together" not in text(shown)
    sent = {"day": "2026-03-03", "start_time": "11:00", "end_time": "13:00", "version": "1"}
    answer = reader.post(reverse("instruments:booking_act", args=[booking.pk, "move"]), sent)
    assert answer.status_code == 302
    assert set(Booking.objects.values_list("start", flat=True)) == {at(1, 11)}


def test_what_is_used_alone_reads_no_links(reader, scope):
    """Neither its page nor its booking asks for any."""
    lone = make_instrument(**OFFICE)
    with CaptureQueriesContext(connection) as asked:
        assert "Used together with" not in text(reader.get(address("instrument", lone)))
        assert reader.post(address("book", lone), WISH).status_code == 302
    assert [one["sql"] for one in asked if "instrumentlink" in one["sql"]] == []
