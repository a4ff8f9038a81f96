"""The page of one instrument: who sees it, the quote, the booking form and its refusals."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from instruments.enums import InstrumentState, SharingMode
from instruments.models import Booking
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import AdminFactory, EnterprisePersonFactory, make_officer
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

WISH = {
    "day": "2026-03-03",
    "start_time": "10:00",
    "end_time": "12:00",
    "purpose_kind": "research",
    "purpose": "黏土矿物",
}


def page(instrument, start=None, end=None):
    """The address of the page, with a chosen time."""
    address = reverse("instruments:instrument", args=[instrument.code])
    return (
        f"{address}?{urlencode({'start': start.isoformat(), 'end': end.isoformat()})}" if start else address
    )


def quote(instrument, **fields):
    """The address of the quote for the fields of the form."""
    return f"{reverse('instruments:quote', args=[instrument.code])}?{urlencode({**WISH, **fields})}"


@pytest.mark.parametrize(
    ("mode", "statuses"),
    [
        (SharingMode.EXTERNAL, {"visitor": 200, "member": 200, "keeper": 200, "officer": 200, "admin": 200}),
        (
            SharingMode.NOT_SHARED,
            {"visitor": 404, "member": 404, "keeper": 200, "officer": 200, "admin": 200},
        ),
    ],
)
@pytest.mark.parametrize("name", ["instruments:instrument", "instruments:week", "instruments:quote"])
def test_who_sees_it(client, xrd, steward, member, mode, statuses, name):
    """What is not shared is not there for strangers: page, week and quote alike."""
    xrd.sharing_mode = mode
    xrd.save()
    people = {
        "visitor": None, "member": member, "keeper": steward, "officer": make_officer(), "admin": AdminFactory()
    }  # fmt: skip
    found = {}
    for role, person in people.items():
        client.logout()
        if person is not None:
            client.force_login(person)
        found[role] = client.get(reverse(name, args=[xrd.code])).status_code
    assert found == statuses


def test_only_keepers_see_the_ways_to_keep_it(client, xrd, steward, manager, member):
    """The steward may go to the desk, the manager to the record as well, a researcher to neither."""
    record = reverse("instruments:edit", args=[xrd.unit.code, xrd.code])
    for person, keeps in ((member, False), (manager, True)):
        client.force_login(person)
        html = client.get(page(xrd)).content.decode()
        assert (record in html) is keeps
        assert ("keeper-links" in html) is keeps
    client.force_login(steward)
    assert "keeper-links" in client.get(page(xrd)).content.decode()


def test_the_chosen_time_fills_form_week_and_quote(client, instrument, member):
    """Two hours at 120 yuan are 240, for the member; an enterprise pays 480."""
    address = page(instrument, at(1, 10), at(1, 12))
    for person, total in ((member, "240"), (EnterprisePersonFactory(), "480")):
        client.force_login(person)
        answer = client.get(address)
        html = answer.content.decode()
        assert 'value="10:00"' in html
        assert 'value="2026-03-03"' in html
        assert "k-chosen r40 n8" in html
        assert answer.context["verdict"].problems == []
        assert str(answer.context["verdict"].quote.price) == f"{total}.00"
    client.logout()
    assert client.get(address).context["verdict"] is None


@pytest.mark.parametrize(
    "query",
    [
        "start=nonsense&end=x", "start=2026-03-03T10:00:00&end=2026-03-03T11:00:00",
        "start=9999-12-31T23:00:00%2B08:00&end=9999-12-31T23:30:00%2B08:00",
        "start=2026-03-03T12:00:00%2B08:00&end=2026-03-03T10:00:00%2B08:00", "week=99999-99-99", "week=0001-01-01",
        "length=x", "length=999999",
    ],
)  # fmt: skip
def test_strange_addresses_are_harmless(client, instrument, member, query):
    """Nothing in the address brings the page down."""
    client.force_login(member)
    assert client.get(f"{page(instrument)}?{query}").status_code == 200


def test_the_quote_names_every_broken_rule_and_writes_nothing(client, xrd, member, ledger):
    """Saturday from 07:15, a quarter of an hour: closed, too short and off the grid at once, with the price."""
    client.force_login(member)
    before = ledger()
    verdict = client.get(quote(xrd, day="2026-03-07", start_time="07:15", end_time="07:30")).context[
        "verdict"
    ]
    assert {p.rule for p in verdict.problems} == {"too_short", "step", "closed"}
    short = next(p for p in verdict.problems if p.rule == "too_short")
    assert (short.chosen, short.required) == ("15 分钟", "30 分钟")
    assert str(verdict.quote.price) == "30.00"
    assert before.unchanged()


def test_the_quote_knows_a_taken_slot(client, instrument, member):
    """The wish from 10 to 12 meets a booking from 11 to 13; nobody is told whose."""
    held = BookingFactory(instrument=instrument, start=at(1, 11), end=at(1, 13))
    client.force_login(member)
    answer = client.get(quote(instrument))
    assert [(p.rule, p.chosen) for p in answer.context["verdict"].problems] == [
        ("slot_taken", "03-03 10:00–12:00")
    ]
    assert held.person.display_name not in answer.content.decode()
    assert client.get(quote(instrument, end_time="11:00")).context["verdict"].problems == []
    assert client.get(quote(instrument, day="")).context["verdict"] is None


def test_a_refusal_keeps_what_was_typed_and_offers_other_times(client, xrd, member, ledger):
    """Ten hours on a Saturday: 422, every field as typed, three other times with their price."""
    client.force_login(member)
    before = ledger()
    answer = client.post(
        reverse("instruments:book", args=[xrd.code]), {**WISH, "day": "2026-03-07", "end_time": "20:00"}
    )
    assert answer.status_code == 422
    html = answer.content.decode()
    for typed in ("2026-03-07", "10:00", "20:00", "黏土矿物"):
        assert f'value="{typed}"' in html
    problems = {p.rule: (p.chosen, p.required) for p in answer.context["problems"]}
    assert problems["too_long"] == ("10 小时", "8 小时")
    assert "closed" in problems
    assert len(answer.context["alternatives"]) == 3
    assert all(str(offer.price) == "960.00" for offer in answer.context["alternatives"])
    assert before.unchanged()


def test_a_taken_slot_is_a_conflict(client, instrument, member, ledger):
    """409 with the held time and alternatives that do not touch it."""
    BookingFactory(instrument=instrument, start=at(1, 11), end=at(1, 13))
    client.force_login(member)
    before = ledger()
    answer = client.post(reverse("instruments:book", args=[instrument.code]), WISH)
    assert answer.status_code == 409
    assert [p.rule for p in answer.context["problems"]] == ["slot_taken"]
    assert 'value="黏土矿物"' in answer.content.decode()
    offers = answer.context["alternatives"]
    assert len(offers) == 3
    assert all(offer.end <= at(1, 11) or offer.start >= at(1, 13) for offer in offers)
    assert before.unchanged()


def test_an_incomplete_form_is_refused_with_its_field(client, instrument, member):
    """Without a purpose nothing is booked."""
    client.force_login(member)
    answer = client.post(reverse("instruments:book", args=[instrument.code]), {**WISH, "purpose": ""})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["purpose"]
    assert not Booking.objects.exists()


def test_booking_needs_a_sign_in_and_gives_a_booking(client, instrument, member):
    """A visitor is sent to sign in; a member's wish becomes a booking at 240 yuan."""
    address = reverse("instruments:book", args=[instrument.code])
    assert client.post(address, WISH).headers["Location"].startswith(reverse("account_login"))
    client.force_login(member)
    answer = client.post(address, WISH)
    booking = Booking.objects.get()
    assert answer.headers["Location"] == reverse("instruments:booking", args=[booking.pk])
    assert (booking.start, booking.end, str(booking.price)) == (at(1, 10), at(1, 12), "240.00")


def test_out_of_service_says_so_and_takes_nothing(client, instrument, member):
    """No form, no slots, no free time in the week."""
    instrument.state = InstrumentState.UNDER_REPAIR
    instrument.save()
    client.force_login(member)
    answer = client.get(page(instrument))
    assert not answer.context["open"]
    assert answer.context["slots"] == []
    assert not answer.context["grid"].has_free
    assert 'name="start_time"' not in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_bookings(client, member, django_assert_max_num_queries, rows):
    """The page and its week ask as much for three bookings as for one."""
    instrument = make_instrument()
    for number in range(rows):
        BookingFactory(instrument=instrument, start=at(1, 8 + 3 * number), end=at(1, 10 + 3 * number))
    with django_assert_max_num_queries(5):
        client.get(reverse("instruments:week", args=[instrument.code]))
    client.force_login(member)
    with django_assert_max_num_queries(30):
        client.get(page(instrument, at(2, 10), at(2, 12)))
