"""The page of one instrument: who sees it, the quote, the booking form and its refusals."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from changes import perform
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState, SharingMode
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import AdminFactory, EnterprisePersonFactory, PersonFactory, make_officer
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

PAGE_QUERIES = 23
BOOK_QUERIES = 14
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
        assert 'value="10:00" selected' in html
        assert 'value="2026-03-03" selected' in html
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


def test_ones_own_booking_in_the_way_is_named_so(client, instrument, member):
    """Booked in another tab: not “taken”, but your own."""
    BookingFactory(instrument=instrument, person=member, start=at(1, 11), end=at(1, 13))
    client.force_login(member)
    answer = client.post(reverse("instruments:book", args=[instrument.code]), WISH)
    assert answer.status_code == 409
    assert [str(p.name) for p in answer.context["refusal"].problems] == ["您已预约"]


def test_the_quote_names_every_broken_rule_and_writes_nothing(client, xrd, member, ledger):
    """Saturday from 07:15, a quarter of an hour: closed, too short and off the grid at once; no price for that."""
    client.force_login(member)
    before = ledger()
    answer = client.get(quote(xrd, day="2026-03-07", start_time="07:15", end_time="07:30"))
    verdict = answer.context["verdict"]
    assert {p.rule for p in verdict.problems} == {"too_short", "step", "closed"}
    short = next(p for p in verdict.problems if p.rule == "too_short")
    assert (short.chosen, short.required) == ("15 分钟", "至少 30 分钟")
    assert verdict.quote is None
    assert "¥" not in answer.content.decode()
    assert before.unchanged()


def test_the_quote_knows_a_taken_slot(client, instrument, member):
    """The wish from 10 to 12 meets a booking from 11 to 13; nobody is told whose."""
    held = BookingFactory(instrument=instrument, start=at(1, 11), end=at(1, 13))
    client.force_login(member)
    answer = client.get(quote(instrument))
    assert [(p.rule, p.chosen, p.required) for p in answer.context["verdict"].problems] == [
        ("slot_taken", "10:00–12:00", "11:00 前结束，或 13:00 后开始")
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
    for typed in ("2026-03-07", "10:00", "20:00"):
        assert f'value="{typed}" selected' in html
    assert 'value="黏土矿物"' in html
    told = answer.context["refusal"]
    assert told.title == "3月7日 周六 10:00–20:00 不能预约：有 2 条规则未满足"
    assert [(p.rule, p.chosen, p.required) for p in told.problems] == [
        ("too_long", "10 小时", "不超过 8 小时"),
        ("closed", "3月7日 周六", "开放的日子"),
    ]
    assert told.fix == "可改选 3月9日 周一 08:00–16:00，各项规则都能满足。"
    assert [offer.start for offer in told.alternatives] == [at(7, 8), at(8, 8), at(9, 8)]
    assert all(str(offer.price) == "960.00" for offer in told.alternatives)
    assert before.unchanged()


def test_a_refusal_names_the_taken_time_beside_the_broken_rules(client, xrd, member, ledger):
    """Tuesday 09:00 to 19:00 is too long, and 11:00 to 13:00 is held: both; what satisfies both can be booked."""
    BookingFactory(instrument=xrd, start=at(1, 11), end=at(1, 13))
    client.force_login(member)
    before = ledger()
    address = reverse("instruments:book", args=[xrd.code])
    answer = client.post(address, {**WISH, "start_time": "09:00", "end_time": "19:00"})
    assert answer.status_code == 422
    told = answer.context["refusal"]
    assert [(p.rule, p.chosen, p.required) for p in told.problems] == [
        ("too_long", "10 小时", "不超过 8 小时"),
        ("slot_taken", "09:00–19:00", "11:00 前结束，或 13:00 后开始"),
    ]
    assert told.fix == "可改选 3月3日 周二 13:00–19:00，各项规则都能满足。"
    first = told.alternatives[0]
    assert (first.start, first.end, str(first.price)) == (at(1, 13), at(1, 19), "720.00")
    assert "start=2026-03-03T13%3A00%3A00%2B08%3A00" in first.url
    assert "k-chosen" in answer.content.decode()
    assert before.unchanged()
    assert client.post(address, {**WISH, "start_time": "13:00", "end_time": "19:00"}).status_code == 302


def test_nothing_is_offered_where_no_time_would_do(client, instrument, member, ledger):
    """Shared inside its own unit only: refused without a price, a sentence or other times."""
    instrument.sharing_mode = SharingMode.INTERNAL
    instrument.save()
    client.force_login(member)
    before = ledger()
    answer = client.post(reverse("instruments:book", args=[instrument.code]), WISH)
    told = answer.context["refusal"]
    assert (answer.status_code, told.fix, told.alternatives) == (422, "", [])
    assert [(p.rule, p.chosen, p.required) for p in told.problems] == [
        ("sharing_mode", "其他单位", "仪器所属单位人员")
    ]
    assert before.unchanged()


@pytest.mark.parametrize(("end", "status"), [("10:00", 422), ("08:00", 422), ("24:00", 422), ("26:00", 422)])
def test_an_end_before_the_start_is_never_tomorrow(client, xrd, member, ledger, end, status):
    """Equal and earlier ends are refused beside their field; the next day is named as such, and closed here."""
    client.force_login(member)
    before = ledger()
    answer = client.post(reverse("instruments:book", args=[xrd.code]), {**WISH, "end_time": end})
    assert answer.status_code == status
    if end < "24":
        assert list(answer.context["form"].errors) == ["end_time"]
        assert answer.context["verdict"] is None
    else:
        assert "opening_hours" in {p.rule for p in answer.context["refusal"].problems}
    assert before.unchanged()


def test_a_night_is_chosen_by_name(client, instrument, xrd, member):
    """Open around the clock: 次日 02:00 is offered and booked; where nothing is open at night it is not offered."""
    client.force_login(member)
    assert '<option value="26:00">次日 02:00</option>' in client.get(page(instrument)).content.decode()
    assert "次日" not in client.get(page(xrd)).content.decode()
    wish = {**WISH, "start_time": "22:00", "end_time": "26:00"}
    assert client.post(reverse("instruments:book", args=[instrument.code]), wish).status_code == 302
    booking = Booking.objects.get()
    assert (booking.start, booking.end) == (at(1, 22), at(2, 2))


def test_a_taken_slot_is_a_conflict(client, instrument, member, ledger):
    """409 with the held time and alternatives that do not touch it."""
    BookingFactory(instrument=instrument, start=at(1, 11), end=at(1, 13))
    client.force_login(member)
    before = ledger()
    answer = client.post(reverse("instruments:book", args=[instrument.code]), WISH)
    assert answer.status_code == 409
    assert [(p.rule, str(p.name)) for p in answer.context["refusal"].problems] == [("slot_taken", "时段被占")]
    assert 'value="黏土矿物"' in answer.content.decode()
    offers = answer.context["refusal"].alternatives
    assert [(offer.start, offer.end) for offer in offers] == [
        (at(1, 10), at(1, 11)), (at(1, 13), at(1, 15)), (at(1, 15), at(1, 17))
    ]  # fmt: skip
    assert all(offer.end <= at(1, 11) or offer.start >= at(1, 13) for offer in offers)
    assert before.unchanged()


def test_an_incomplete_form_is_refused_with_its_field(client, instrument, member):
    """Without a purpose nothing is booked."""
    client.force_login(member)
    answer = client.post(reverse("instruments:book", args=[instrument.code]), {**WISH, "purpose": ""})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["purpose"]
    html = answer.content.decode()
    assert "data-focus" in html
    assert '<a href="#id_purpose">' in html
    assert str(answer.context["verdict"].quote.price) == "240.00"
    assert not Booking.objects.exists()


def test_booking_gives_a_booking(client, instrument, member):
    """A member's wish becomes a booking at 240 yuan; the address of the form's POST leads back to the form."""
    address = reverse("instruments:book", args=[instrument.code])
    client.force_login(member)
    assert client.get(address).headers["Location"] == f"{page(instrument)}#book"
    answer = client.post(address, WISH)
    booking = Booking.objects.get()
    assert answer.headers["Location"] == reverse("instruments:booking", args=[booking.pk])
    assert (booking.start, booking.end, str(booking.price)) == (at(1, 10), at(1, 12), "240.00")


def test_a_visitor_signs_in_and_finds_the_form_as_filled_in(client, instrument, member):
    """Time and purpose travel through the log-in; nothing is booked before the button is pressed again."""
    answer = client.post(
        reverse("instruments:book", args=[instrument.code]), {**WISH, "purpose_kind": "teaching"}
    )
    sign_in = urlsplit(answer.headers["Location"])
    assert sign_in.path == reverse("account_login")
    back = parse_qs(sign_in.query)["next"][0]
    assert back.endswith("#book")
    client.force_login(member)
    shown = client.get(back.removesuffix("#book"))
    html = shown.content.decode()
    for chosen in ("2026-03-03", "10:00", "12:00", "teaching"):
        assert f'value="{chosen}" selected' in html
    assert 'value="黏土矿物"' in html
    assert str(shown.context["verdict"].quote.price) == "240.00"
    assert not Booking.objects.exists()


@pytest.mark.parametrize("who", ["visitor", "member", "own"])
def test_shared_inside_its_unit_only(client, instrument, member, who):
    """Others see a badge, whom to ask and where else to look, but no slot, form or price for a slot."""
    instrument.sharing_mode = SharingMode.INTERNAL
    instrument.save()
    own = PersonFactory(home_unit=instrument.unit)
    if who != "visitor":
        client.force_login(own if who == "own" else member)
    answer = client.get(page(instrument))
    html = answer.content.decode()
    barred = who != "own"
    assert answer.context["bar"] == ("internal" if barred else "")
    assert (answer.context["slots"] == []) is barred
    assert answer.context["grid"].has_free is not barred
    assert ('name="start_time"' in html) is not barred
    assert ("仅限本单位" in html) is barred
    assert (
        f"?instrument_class={instrument.instrument_class.code}&amp;sharing_mode=external" in html
    ) is barred


def test_slots_are_offered_on_three_different_days(client, xrd, member):
    """Monday 09:00: from ten today, tomorrow and on Wednesday, addressed on the local clock."""
    client.force_login(member)
    slots = client.get(page(xrd)).context["slots"]
    assert [(slot.start, slot.end) for slot in slots] == [
        (at(0, 10), at(0, 12)), (at(1, 8), at(1, 10)), (at(2, 8), at(2, 10))
    ]  # fmt: skip
    assert slots[0].url == (
        f"{page(xrd)}?start=2026-03-02T10%3A00%3A00%2B08%3A00&end=2026-03-02T12%3A00%3A00%2B08%3A00#book"
    )


@pytest.mark.parametrize(("asks", "says"), [(True, "机组人员据此审批"), (False, "机组人员据此准备")])
def test_the_hint_of_the_purpose_follows_the_policy(client, xrd, instrument, member, asks, says):
    """Nobody decides where the time is confirmed at once."""
    client.force_login(member)
    assert says in client.get(page(xrd if asks else instrument)).content.decode()


def test_out_of_service_says_so_and_takes_nothing(client, instrument, member):
    """No form, no slots, no free time in the week; the state and its reason instead."""
    instrument.state, instrument.state_note = InstrumentState.UNDER_REPAIR, "换光源"
    instrument.save()
    client.force_login(member)
    answer = client.get(page(instrument))
    assert answer.context["bar"] == "under_repair"
    assert "换光源" in answer.content.decode()
    assert {s.kind for day in answer.context["grid"].days for s in day.stretches} == {"past", "down"}
    assert answer.context["slots"] == []
    assert not answer.context["grid"].has_free
    assert 'name="start_time"' not in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("who", ["visitor", "member", "steward", "manager"])
def test_the_week_takes_eight_queries_at_most(client, xrd, member, steward, manager, rows, who):
    """Session, reader, the instrument and who keeps it, opening, what is held, faults, use, what is one's own."""
    for number in range(rows):
        BookingFactory(instrument=xrd, start=at(1, 8 + 3 * number), end=at(1, 10 + 3 * number))
    people = {"member": member, "steward": steward, "manager": manager}
    if who in people:
        client.force_login(people[who])
    with CaptureQueriesContext(connection) as captured:
        grid = client.get(reverse("instruments:week", args=[xrd.code])).context["grid"]
    assert len(captured) == (5 if who == "visitor" else 8)
    names = {s.person_name for day in grid.days for s in day.stretches if s.kind == "busy"}
    assert (names == {""}) is (who in {"visitor", "member"})


@pytest.mark.parametrize("rows", [1, 3])
def test_page_and_booking_cost_the_same_for_one_and_three(client, member, rows):
    """The page with a chosen time, and the booking itself (its savepoints apart)."""
    instrument = make_instrument()
    perform(member, request_booking, instrument, start=at(3, 10), end=at(3, 12), purpose="x")
    for number in range(rows):
        BookingFactory(instrument=instrument, start=at(1, 8 + 3 * number), end=at(1, 10 + 3 * number))
    client.force_login(member)
    with CaptureQueriesContext(connection) as captured:
        client.get(page(instrument, at(2, 10), at(2, 12)))
    assert len(captured) == PAGE_QUERIES
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(
            reverse("instruments:book", args=[instrument.code]),
            {**WISH, "day": "2026-03-04", "once": uuid4()},
        )
    assert answer.status_code == 302
    statements = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == BOOK_QUERIES
