"""Usage records as units send and read them."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from instruments.usage.models import UsageRecord
from tests.api.calling import Caller, is_problem
from tests.factories.instruments import UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db

numbers = itertools.count()


def entry(kept, **more):
    """Two hours of an external user, each call three hours after the last."""
    number = next(numbers)
    start = dt.datetime(2025, 5, 5, 1, 0, tzinfo=dt.UTC) + dt.timedelta(hours=3 * number)
    return {
        "record_id": f"acc-{number}",
        "instrument": kept.code,
        "start": start.isoformat(),
        "end": (start + dt.timedelta(hours=2)).isoformat(),
        "effective_hours": "1.5",
        "user_kind": "external",
        "purpose": "research",
        "samples": 3,
        "income": "300.00",
        "user_name": "张三",
        "user_unit": "某企业",
        **more,
    }


@pytest.fixture
def instrument():
    """An instrument with terms."""
    return make_instrument()


@pytest.fixture
def steward(instrument):
    """The caller who keeps it."""
    return Caller(make_steward(instrument))


def test_batch_tells_each_fate(instrument, steward):
    """Created, refused by a rule, refused by its form, and what was sent again unchanged or changed."""
    good = entry(instrument)
    rows = [
        good,
        entry(instrument, effective_hours="25"),
        entry(instrument, start="2025-05-05T09:00:00"),
        "nonsense",
        {"record_id": 7},
    ]
    answer = steward.post("usage-records/", {"records": rows})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [row["status"] for row in results] == ["created", "refused", "refused", "refused", "refused"]
    assert [set(row) for row in results] == [{"record_id", "status", "errors"}] * 5
    assert [row["record_id"] for row in results[:3]] == [row["record_id"] for row in rows[:3]]
    assert results[0]["errors"] == []
    assert results[1]["errors"][0]["field"] == "effective_hours"
    assert [error["field"] for error in results[2]["errors"]] == ["start"]
    assert {"instrument", "start", "end"} <= {error["field"] for error in results[4]["errors"]}
    again = steward.post("usage-records/", {"records": [good, {**good, "samples": 4}]}).json()["results"]
    assert [row["status"] for row in again] == ["unchanged", "refused"]
    again = steward.post("usage-records/", {"records": [{**good, "samples": 4}, good]}).json()["results"]
    assert [row["status"] for row in again] == ["updated", "refused"]
    assert UsageRecord.objects.current().get().samples == 4
    assert UsageRecord.objects.count() == 2


def test_single_record_has_its_own_status(instrument, steward):
    """201 created, 200 unchanged, 400 malformed, 422 against a rule, each with its fields."""
    record = entry(instrument)
    made = steward.post("usage-records/", record)
    assert (made.status_code, made.json()) == (
        201,
        {"record_id": record["record_id"], "status": "created", "errors": []},
    )
    again = steward.post("usage-records/", record)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    for wrong in ({"effective_hours": "-1"}, {"start": "2026-02-24T09:00:00"}, {"user_kind": "friend"}):
        malformed = steward.post("usage-records/", {**entry(instrument), **wrong})
        assert is_problem(malformed, 400)
        assert [error["field"] for error in malformed.json()["errors"]] == list(wrong)
    refused = steward.post("usage-records/", {**entry(instrument), "effective_hours": "900.00"})
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["field"] == "effective_hours"


def test_a_single_record_of_anothers_instrument_is_no_right(instrument, steward):
    """403 for one that can be seen, 404 for one that cannot; nothing is written."""
    foreign, hidden = make_instrument(), make_instrument(sharing_mode="not_shared")
    assert is_problem(steward.post("usage-records/", entry(instrument, instrument=foreign.code)), 403)
    assert is_problem(Caller(PersonFactory()).post("usage-records/", entry(instrument)), 403)
    for code in (hidden.code, "NO-SUCH"):
        assert is_problem(steward.post("usage-records/", entry(instrument, instrument=code)), 404)
    assert not UsageRecord.objects.exists()


def test_only_keepers_record(instrument, steward):
    """Another unit's instrument looks like an unknown one."""
    foreign = make_instrument()
    for caller, code in (
        (steward, foreign.code),
        (Caller(PersonFactory()), instrument.code),
        (steward, "NO-SUCH"),
    ):
        (row,) = caller.post("usage-records/", {"records": [entry(instrument, instrument=code)]}).json()[
            "results"
        ]
        assert (row["status"], row["errors"][0]["field"]) == ("refused", "instrument")
    assert is_problem(Caller().post("usage-records/", entry(instrument)), 401)
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({"records": []}, 400),
        ({"records": {}}, 400),
        ({"records": None}, 400),
        ({}, 400),
        ({"records": [{}] * 1001}, 422),
    ],
)
def test_senseless_batch_is_a_problem(steward, body, status):
    """At least one record, at most a thousand."""
    answer = steward.post("usage-records/", body)
    assert is_problem(answer, status)


@pytest.mark.parametrize(
    "wrong",
    [
        {"effective_hours": "NaN"},
        {"effective_hours": "1e99"},
        {"effective_hours": None},
        {"effective_hours": "999999999"},
        {"samples": 2**63},
        {"samples": -1},
        {"samples": "x"},
        {"income": "Infinity"},
        {"income": "0.001"},
        {"start": "9999-12-31T23:59:59+00:00"},
        {"end": "2025-01-01T00:00:00Z"},
        {"station": 99},
        {"record_id": ""},
        {"record_id": "x" * 51},
        {"user_kind": "alien"},
        {"purpose": []},
    ],
)
def test_senseless_values_are_refused_by_field(instrument, steward, wrong):
    """The field is named; nothing is written."""
    (row,) = steward.post("usage-records/", {"records": [entry(instrument, **wrong)]}).json()["results"]
    assert row["status"] == "refused"
    assert set(wrong) <= {error["field"] for error in row["errors"]} or {"start", "end"} & {
        error["field"] for error in row["errors"]
    }
    assert not UsageRecord.objects.exists()


def test_list_shows_what_one_keeps(instrument):
    """Current records alone; own uses, kept instruments, managed units; the department sees all."""
    user = PersonFactory()
    record = UsageRecordFactory(instrument=instrument, person=user)
    old = UsageRecordFactory(instrument=instrument, is_current=False)
    foreign = UsageRecordFactory()
    expected = {
        user: {record.pk},
        make_steward(instrument): {record.pk},
        make_manager(instrument.unit): {record.pk},
        make_officer(): {record.pk, foreign.pk},
        PersonFactory(home_unit=instrument.unit): set(),
    }
    for person, keys in expected.items():
        body = Caller(person).get("usage-records/").json()
        assert {row["id"] for row in body["results"]} == {str(key) for key in keys}
        assert body["count"] is None
    assert str(old.pk) not in Caller(make_officer()).get("usage-records/").content.decode()
    assert is_problem(Caller().get("usage-records/"), 401)
    (row,) = Caller(user).get("usage-records/").json()["results"]
    assert row == {
        "id": str(record.pk),
        "record_id": record.record_id,
        "unit": instrument.unit.code,
        "instrument": instrument.code,
        "station": 1,
        "start": record.start.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat(),
        "end": record.end.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat(),
        "startup_hours": "0.00",
        "processing_hours": "0.00",
        "effective_hours": "2.00",
        "user_kind": "external",
        "purpose": "research",
        "samples": 3,
        "income": "300.00",
        "user_name": "张三",
        "user_unit": "测试企业",
        "source": "steward",
        "booking": None,
        "corrects": None,
        "recorded_at": row["recorded_at"],
    }


def test_list_is_filtered_and_strict(instrument, steward):
    """By instrument, unit and time."""
    first, second = UsageRecordFactory(instrument=instrument), UsageRecordFactory(instrument=instrument)
    later = second.start.isoformat().replace("+", "%2B")
    asked = {
        f"instrument={instrument.code}": 2,
        f"unit={instrument.unit.code}": 2,
        "instrument=NO-SUCH": 0,
        f"start={later}": 1,
        f"end={later}": 1,
    }
    for query, count in asked.items():
        assert len(steward.get(f"usage-records/?{query}").json()["results"]) == count, query
    for query in ("page=1", "page_size=101", "start=2025-01-01", "x=1"):
        assert is_problem(steward.get(f"usage-records/?{query}"), 400), query
    assert first.start < second.start


def test_a_record_over_new_year_is_of_the_year_in_which_it_starts(instrument, steward):
    """As the report and the evaluation count it: 31 December 22:00 to 02:00 is no record of the new year."""
    new_year = dt.datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    over = UsageRecordFactory(
        instrument=instrument, start=new_year - dt.timedelta(hours=2), end=new_year + dt.timedelta(hours=2)
    )
    first = UsageRecordFactory(
        instrument=instrument, station=2, start=new_year, end=new_year + dt.timedelta(hours=2)
    )
    edge = new_year.isoformat().replace("+", "%2B")
    for query, found in ((f"start={edge}", first), (f"end={edge}", over)):
        rows = steward.get(f"usage-records/?{query}").json()["results"]
        assert [row["id"] for row in rows] == [str(found.pk)], query


def test_list_asks_the_database_equally_often(
    instrument, steward, django_assert_max_num_queries, django_assert_num_queries
):
    """One row or three."""
    UsageRecordFactory(instrument=instrument)
    steward.get("usage-records/")
    with django_assert_max_num_queries(5) as first:
        steward.get("usage-records/")
    UsageRecordFactory(instrument=instrument)
    UsageRecordFactory(instrument=instrument)
    with django_assert_num_queries(len(first)):
        assert len(steward.get("usage-records/").json()["results"]) == 3
