"""Bookings as programs make, read and walk them."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.models import Booking
from instruments.inventory.enums import SharingMode
from instruments.usage.models import UsageRecord
from tests.api.calling import Caller, is_problem
from tests.factories.instruments import BookingFactory, InstrumentFactory, make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)  # Monday 08:00 in Shanghai
MEMBERS = {
    "id",
    "instrument",
    "station",
    "start",
    "end",
    "state",
    "version",
    "kind",
    "purpose",
    "purpose_kind",
    "category",
    "yuan_per_hour",
    "price",
    "person",
    "organisation",
    "requested_at",
    "expires_at",
    "decided_at",
    "checked_in_at",
    "checked_out_at",
    "reason",
}


@pytest.fixture(autouse=True)
def _monday():
    """Every test runs on one Monday morning."""
    with time_machine.travel(NOW, tick=False):
        yield


def wish(instrument, hour=10, hours=2, **more):
    """Tuesday from `hour`, Shanghai time."""
    return {
        "instrument": instrument.code,
        "start": f"2026-03-03T{hour:02d}:00:00+08:00",
        "end": f"2026-03-03T{hour + hours:02d}:00:00+08:00",
        "purpose": "物相分析",
        **more,
    }


def test_free_slot_is_booked_with_its_price():
    """201 with the whole booking, times in +08:00, decimals as strings."""
    instrument = make_instrument()
    person = EnterprisePersonFactory()
    caller = Caller(person)
    answer = caller.post("bookings/", wish(instrument, start="2026-03-03T02:00:00Z"))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert set(body) == MEMBERS
    assert (body["instrument"], body["station"], body["state"]) == (instrument.code, 1, "confirmed")
    assert (body["start"], body["end"]) == ("2026-03-03T10:00:00+08:00", "2026-03-03T12:00:00+08:00")
    assert (body["category"], body["yuan_per_hour"], body["price"]) == ("enterprise", "240.00", "480.00")
    assert (body["person"], body["organisation"]) == (person.display_name, "测试企业")
    assert caller.get(f"bookings/{body['id']}/").json() == body


@pytest.mark.parametrize("crowd", [0, 20])
def test_a_booking_takes_twelve_statements(crowd):
    """Besides the transactions of the key and of the change; however much is booked."""
    instrument = make_instrument()
    for n in range(crowd):
        BookingFactory(instrument=instrument, start=NOW + dt.timedelta(days=7, hours=3 * n))
    caller = Caller(PersonFactory())
    caller.post("bookings/", wish(instrument, hour=10))
    with CaptureQueriesContext(connection) as captured:
        assert caller.post("bookings/", wish(instrument, hour=13)).status_code == 201
    said = [query["sql"].split(" ", 1)[0] for query in captured]
    # In a test each transaction is a savepoint: that of the key, and the one of the whole change.
    assert (said.count("SAVEPOINT"), said.count("RELEASE")) == (2, 2)
    assert len(said) - 4 == 12, "\n".join(query["sql"][:80] for query in captured)


def test_overlap_names_conflict_and_alternatives():
    """409; the first alternative can be booked at once, as given."""
    instrument = make_instrument()
    first = Caller(PersonFactory()).post("bookings/", wish(instrument)).json()
    caller = Caller(PersonFactory())
    clash = caller.post("bookings/", wish(instrument, hour=11))
    assert is_problem(clash, 409)
    body = clash.json()
    assert body["conflicts"] == [{"start": first["start"], "end": first["end"]}]
    assert body["alternatives"][0] == {
        "instrument": instrument.code,
        "start": "2026-03-03T12:00:00+08:00",
        "end": "2026-03-03T14:00:00+08:00",
    }
    assert len(body["alternatives"]) == 3
    assert caller.post("bookings/", {**body["alternatives"][0], "purpose": "x"}).status_code == 201


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"start": "2026-03-03T10:00:00"}, 400),
        ({"start": "9999-12-31T23:00:00+08:00", "end": "9999-12-31T23:30:00+08:00"}, 400),
        ({"start": "0001-01-01T00:00:00+08:00"}, 400),
        ({"start": 1772503200}, 400),
        ({"start": None}, 400),
        ({"purpose": ""}, 400),
        ({"purpose": "x" * 301}, 400),
        ({"purpose": ["x"]}, 400),
        ({"purpose_kind": "fun"}, 400),
        ({"station": 0}, 400),
        ({"station": 10**30}, 400),
        ({"station": True}, 400),
        ({"station": 2}, 422),
        ({"end": "2026-03-03T09:00:00+08:00"}, 422),
        ({"end": "2026-03-03T10:00:00+08:00"}, 422),
        ({"start": "2026-03-03T10:07:00+08:00"}, 422),
        ({"end": "2026-03-03T19:00:00+08:00"}, 422),
        ({"start": "2026-02-27T09:00:00+08:00", "end": "2026-02-27T10:00:00+08:00"}, 422),
        ({"start": "2026-09-01T09:00:00+08:00", "end": "2026-09-01T10:00:00+08:00"}, 422),
        ({"instrument": "NO-SUCH"}, 404),
        ({"instrument": 5}, 404),
        ({"instrument": {}}, 400),
    ],
)
def test_bad_wish_is_a_problem(change, status):
    """Malformed is 400, a broken rule 422, an unknown instrument 404; nothing is written."""
    answer = Caller(PersonFactory()).post("bookings/", {**wish(make_instrument()), **change})
    assert is_problem(answer, status), (answer.status_code, answer.content)
    if status in (400, 422):
        assert all(
            error["message"] and ("field" in error or "rule" in error) for error in answer.json()["errors"]
        )
    assert not Booking.objects.exists()


def test_rules_are_named_all_at_once():
    """Outside the opening hours and too long: both."""
    instrument = make_instrument(workdays=(8, 20))
    answer = Caller(PersonFactory()).post("bookings/", wish(instrument, hour=6, hours=10))
    assert is_problem(answer, 422)
    assert {"too_long", "opening_hours"} <= {error["rule"] for error in answer.json()["errors"]}


def test_a_taken_time_is_one_of_the_broken_rules():
    """Too long and partly held: 422 with both; only held stays the 409 of the contract, for a move too."""
    instrument = make_instrument()
    owner = Caller(PersonFactory())
    mine = owner.post("bookings/", wish(instrument, hour=8, hours=1)).json()
    Caller(PersonFactory()).post("bookings/", wish(instrument, hour=14))
    for answer in (
        owner.post("bookings/", wish(instrument, hour=10, hours=9)),
        owner.post(
            f"bookings/{mine['id']}/move/",
            {"start": "2026-03-03T10:00:00+08:00", "end": "2026-03-03T19:00:00+08:00"},
        ),
    ):
        assert is_problem(answer, 422)
        assert [(error["rule"], error["required"]) for error in answer.json()["errors"]] == [
            ("too_long", "480"), ("slot_taken", "2026-03-03 14:00–16:00")
        ]  # fmt: skip
    assert is_problem(owner.post("bookings/", wish(instrument, hour=13)), 409)
    own = owner.post(
        f"bookings/{mine['id']}/move/", {"start": "2026-03-03T08:07:00+08:00", "end": mine["end"]}
    )
    assert {error["rule"] for error in own.json()["errors"]} == {"step"}
    assert owner.get(f"bookings/{mine['id']}/").json() == mine


def test_moving_to_the_same_time_is_refused():
    """Nothing is written and nobody told."""
    owner = Caller(PersonFactory())
    mine = owner.post("bookings/", wish(make_instrument())).json()
    answer = owner.post(f"bookings/{mine['id']}/move/", {"start": mine["start"], "end": mine["end"]})
    assert is_problem(answer, 422)
    assert [error["rule"] for error in answer.json()["errors"]] == ["unchanged"]
    assert owner.get(f"bookings/{mine['id']}/").json() == mine


def test_hidden_instrument_is_not_told_from_a_missing_one():
    """The same 404."""
    hidden = make_instrument(sharing_mode=SharingMode.NOT_SHARED)
    caller = Caller(PersonFactory())
    answer = caller.post("bookings/", wish(hidden))
    assert is_problem(answer, 404)
    assert answer.content == caller.post("bookings/", wish(InstrumentFactory.build())).content


def test_request_walks_to_completed():
    """Requested, approved by the steward, checked in and out: hours and income are recorded."""
    instrument = make_instrument(policy={"approval_required": True})
    owner, steward = Caller(EnterprisePersonFactory()), Caller(make_steward(instrument))
    asked = owner.post("bookings/", wish(instrument)).json()
    path = f"bookings/{asked['id']}"
    assert (asked["state"], asked["expires_at"] is not None) == ("requested", True)
    assert is_problem(owner.post(f"{path}/approve/"), 403)
    assert is_problem(Caller(PersonFactory(home_unit=instrument.unit)).post(f"{path}/approve/"), 404)
    other = make_instrument()
    assert is_problem(Caller(make_steward(other)).post(f"{path}/approve/"), 404)
    assert is_problem(owner.post(f"{path}/check-in/"), 409)
    approved = steward.post(f"{path}/approve/")
    assert (approved.status_code, approved.json()["state"]) == (200, "confirmed")
    assert approved.json()["version"] > asked["version"]
    assert is_problem(steward.post(f"{path}/approve/"), 409)
    assert is_problem(owner.post(f"{path}/check-in/"), 422)
    with time_machine.travel(dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC), tick=False):
        assert owner.post(f"{path}/check-in/").json()["state"] == "in_use"
    with time_machine.travel(dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC), tick=False):
        assert is_problem(steward.post(f"{path}/check-out/", {"effective_hours": "x"}), 400)
        assert is_problem(steward.post(f"{path}/check-out/", {"effective_hours": "NaN"}), 400)
        assert is_problem(steward.post(f"{path}/check-out/", {"effective_hours": "25"}), 422)
        done = steward.post(f"{path}/check-out/", {"effective_hours": "1.5", "samples": 3})
    assert (done.status_code, done.json()["state"]) == (200, "completed")
    usage = UsageRecord.objects.get()
    assert (str(usage.effective_hours), usage.samples, str(usage.income)) == ("1.50", 3, "480.00")


def test_decline_tells_the_reason_and_frees_the_slot():
    """Without a word the standing sentence is kept."""
    instrument = make_instrument(policy={"approval_required": True})
    owner, steward = Caller(PersonFactory()), Caller(make_steward(instrument))
    first = owner.post("bookings/", wish(instrument)).json()
    declined = steward.post(f"bookings/{first['id']}/decline/", {"reason": "检修"}).json()
    assert (declined["state"], declined["reason"]) == ("declined", "检修")
    second = owner.post("bookings/", wish(instrument)).json()
    assert steward.post(f"bookings/{second['id']}/decline/").json()["reason"] != ""


def test_cancel_frees_the_slot_and_move_takes_another():
    """Moving onto a held slot is a 409 that leaves the booking where it was."""
    instrument, other = make_instrument(), make_instrument()
    owner = Caller(PersonFactory())
    held = owner.post("bookings/", wish(instrument, hour=14)).json()
    mine = owner.post("bookings/", wish(instrument)).json()
    clash = owner.post(f"bookings/{mine['id']}/move/", {"start": held["start"], "end": held["end"]})
    assert is_problem(clash, 409)
    assert clash.json()["conflicts"]
    assert owner.get(f"bookings/{mine['id']}/").json() == mine
    wanted = wish(other, hour=14)
    moved = owner.post(
        f"bookings/{mine['id']}/move/",
        {"start": wanted["start"], "end": wanted["end"], "instrument": other.code},
    ).json()
    assert (moved["instrument"], moved["start"]) == (other.code, held["start"])
    gone = owner.post(f"bookings/{held['id']}/cancel/", {"reason": "样品未到"})
    assert (gone.status_code, gone.json()["state"], gone.json()["reason"]) == (200, "cancelled", "样品未到")
    assert is_problem(owner.post(f"bookings/{held['id']}/cancel/"), 409)
    assert owner.post("bookings/", wish(instrument, hour=14)).status_code == 201


def test_same_key_gives_the_same_booking():
    """And another body under it is refused."""
    instrument, caller = make_instrument(), Caller(PersonFactory())
    first = caller.post("bookings/", wish(instrument), key="k")
    again = caller.post("bookings/", wish(instrument), key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert is_problem(caller.post("bookings/", wish(instrument, purpose="另一个"), key="k"), 422)
    clash = caller.post("bookings/", wish(instrument), key="k-2")
    assert caller.post("bookings/", wish(instrument), key="k-2").content == clash.content
    assert Booking.objects.count() == 1


def test_list_shows_own_and_kept_bookings_alone():
    """Nobody else's, not even that they exist."""
    instrument = make_instrument()
    mine = BookingFactory(instrument=instrument)
    foreign = BookingFactory()
    expected = {
        mine.person: {mine.pk},
        make_steward(instrument): {mine.pk},
        make_manager(instrument.unit): {mine.pk},
        make_officer(): {mine.pk, foreign.pk},
        PersonFactory(home_unit=instrument.unit): set(),
    }
    for person, keys in expected.items():
        body = Caller(person).get("bookings/").json()
        assert {row["id"] for row in body["results"]} == {str(key) for key in keys}
        assert body["count"] is None
        for booking in (mine, foreign):
            answer = Caller(person).get(f"bookings/{booking.pk}/")
            assert answer.status_code == (200 if booking.pk in keys else 404)
    assert is_problem(Caller().get("bookings/"), 401)
    assert (
        Caller(PersonFactory()).get(f"bookings/{uuid.uuid4()}/").content
        == Caller(PersonFactory()).get(f"bookings/{mine.pk}/").content
    )


def test_filters_of_the_list():
    """By instrument, state and time; nonsense is named."""
    person = PersonFactory()
    day = dt.timedelta(days=1)
    first = BookingFactory(person=person)
    later = BookingFactory(person=person, start=first.start + day, state=BookingState.CANCELLED)
    caller = Caller(person)
    asked = {
        f"instrument={first.instrument.code}": [first],
        "instrument=NO-SUCH": [],
        "state=cancelled": [later],
        "start=2026-03-05T00:00:00%2B08:00": [later],
        "end=2026-03-05T00:00:00%2B08:00": [first],
        "": [later, first],
    }
    for query, rows in asked.items():
        found = [row["id"] for row in caller.get(f"bookings/?{query}").json()["results"]]
        assert found == [str(row.pk) for row in rows], query
    for query in ("state=x", "start=2026-03-05", "start=2026-03-05T00:00:00", "person=1", "page=2"):
        assert is_problem(caller.get(f"bookings/?{query}"), 400), query


def test_cursor_walks_there_and_back():
    """Each row once, in order, also where several begin at once; a made-up cursor is a 400."""
    person = PersonFactory()
    start = dt.datetime(2026, 3, 4, 1, 0, tzinfo=dt.UTC)
    for number in range(7):
        BookingFactory(person=person, start=start + dt.timedelta(days=number // 3))
    caller = Caller(person)
    expected = [row["id"] for row in caller.get("bookings/?page_size=100").json()["results"]]
    seen, pages, address = [], [], "bookings/?page_size=2"
    while address:
        page = caller.get(address).json()
        pages.append([row["id"] for row in page["results"]])
        seen += pages[-1]
        last, address = page, page["next"]
    assert seen == expected
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    back = []
    while last["previous"]:
        last = caller.get(last["previous"]).json()
        back.insert(0, [row["id"] for row in last["results"]])
    assert [row for page in back for row in page] == expected[:6]
    for cursor in ("x", "", "%00", "W10", "WzAsIm5vIiwieCJd", "Wy0xLDEsMV0", "A" * 5000):
        assert is_problem(caller.get(f"bookings/?cursor={cursor}"), 400), cursor


def test_list_asks_the_database_equally_often(django_assert_max_num_queries, django_assert_num_queries):
    """One row or three."""
    steward = make_steward(instrument := make_instrument())
    BookingFactory(instrument=instrument)
    caller = Caller(steward)
    caller.get("bookings/")
    with django_assert_max_num_queries(5) as first:
        caller.get("bookings/")
    for days in (1, 2):
        BookingFactory(instrument=instrument, start=NOW + dt.timedelta(days=days, hours=4))
    with django_assert_num_queries(len(first)):
        assert len(caller.get("bookings/").json()["results"]) == 3


def test_maintenance_is_shown_as_busy_but_not_booked_here():
    """Its kind is named."""
    instrument = make_instrument()
    BookingFactory(instrument=instrument, kind=BookingKind.MAINTENANCE)
    window = {"start": "2026-03-04T00:00:00+08:00", "end": "2026-03-05T00:00:00+08:00"}
    (row,) = Caller().get(f"instruments/{instrument.code}/availability/", window).json()["busy"]
    assert row["kind"] == "maintenance"
