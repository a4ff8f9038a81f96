"""The catalogue as programs read it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.terms.models import OpeningException
from tests.api.calling import Caller, is_problem
from tests.factories.instruments import (
    BookingFactory,
    InstrumentFactory,
    InstrumentFieldFactory,
    make_instrument,
    make_steward,
)
from tests.factories.members import PersonFactory, make_officer

pytestmark = pytest.mark.django_db

ROW = {
    "code",
    "name_zh",
    "name_en",
    "unit",
    "region",
    "fields",
    "instrument_class",
    "model",
    "manufacturer",
    "original_value",
    "sharing_mode",
    "state",
    "stations",
}
MONDAY = dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC)  # Monday 08:00 in Shanghai


def codes(response):
    """The codes of a page."""
    return [row["code"] for row in response.json()["results"]]


def test_row_has_the_members_of_the_contract():
    """Codes name things, decimals are strings."""
    link = InstrumentFieldFactory()
    instrument = link.instrument
    (row,) = Caller().get("instruments/").json()["results"]
    assert set(row) == ROW
    assert (row["unit"], row["region"]) == (instrument.unit.code, instrument.region.code)
    assert (row["fields"], row["instrument_class"]) == ([link.field.code], instrument.instrument_class.code)
    assert (row["original_value"], row["stations"]) == ("1200000.00", 1)
    assert (row["sharing_mode"], row["state"]) == ("external", "in_service")


def test_filters_narrow_and_nonsense_is_refused():
    """Every parameter of the contract; a wrong one is named."""
    cheap = InstrumentFactory(original_value=Decimal(1000), model="Zeta-1")
    dear = InstrumentFactory(original_value=Decimal(9000), sharing_mode=SharingMode.INTERNAL)
    link = InstrumentFieldFactory(instrument=dear)
    asked = {
        "min_value=5000": [dear.code],
        "max_value=5000": [cheap.code],
        f"unit={cheap.unit.code}": [cheap.code],
        f"region={dear.region.code}": [dear.code],
        f"field={link.field.code}": [dear.code],
        f"instrument_class={cheap.instrument_class.code}": [cheap.code],
        "sharing_mode=internal": [dear.code],
        "state=suspended": [],
        "ordering=-value": [dear.code, cheap.code],
        "ordering=value&page_size=1&page=2": [dear.code],
    }
    for query, expected in asked.items():
        assert codes(Caller().get(f"instruments/?{query}")) == expected, query
    for query in (
        "owner__email=x",
        "unit=NO-SUCH",
        "state=broken",
        "min_value=x",
        "min_value=NaN",
        "min_value=1e400",
        "ordering=password",
        "free_from=2026-03-02T08:00:00",
        "free_from=9999-12-31T23:00:00Z&free_to=9999-12-31T23:59:59Z",
        "free_from=2026-03-02T08:00:00Z",
        "page_size=1000",
        "page=0",
        "minutes=x",
    ):
        answer = Caller().get(f"instruments/?{query}")
        assert is_problem(answer, 400), query
        assert answer.json()["errors"][0]["message"], query


def test_hidden_instruments_are_not_listed_but_answer_their_own_people():
    """404 with the body of an unknown code for everybody else."""
    hidden = make_instrument(sharing_mode=SharingMode.NOT_SHARED)
    retired = InstrumentFactory(state=InstrumentState.RETIRED)
    assert codes(Caller().get("instruments/")) == []
    unknown = Caller().get("instruments/NO-SUCH/")
    for instrument in (hidden, retired):
        for tail in ("", "availability/?start=2026-03-02T08:00:00Z&end=2026-03-03T08:00:00Z"):
            for who in (Caller(), Caller(PersonFactory())):
                answer = who.get(f"instruments/{instrument.code}/{tail}")
                assert is_problem(answer, 404)
                assert answer.content == unknown.content
    for insider in (make_steward(hidden), PersonFactory(home_unit=hidden.unit), make_officer()):
        assert Caller(insider).get(f"instruments/{hidden.code}/").status_code == 200


@time_machine.travel(MONDAY, tick=False)
def test_detail_tells_terms():
    """Opening hours, policy and rates, and only exceptions that are not over."""
    instrument = make_instrument(workdays=(8, 20))
    for days in (-2, 2):
        start = MONDAY + dt.timedelta(days=days)
        OpeningException.objects.create(
            instrument=instrument, start=start, end=start + dt.timedelta(hours=1), reason="停电"
        )
    body = Caller().get(f"instruments/{instrument.code}/").json()
    assert body.keys() > ROW
    assert body["opening_hours"][0] == {"weekday": 1, "opens": "08:00", "closes": "20:00"}
    assert [day["weekday"] for day in body["opening_hours"]] == [1, 2, 3, 4, 5]
    assert body["opening_exceptions"] == [
        {
            "start": "2026-03-04T08:00:00+08:00",
            "end": "2026-03-04T09:00:00+08:00",
            "open": False,
            "reason": "停电",
        }
    ]
    assert body["policy"]["longest_minutes"] == 480
    assert body["policy"]["approval_required"] is False
    assert body["rates"] == [
        {"category": "internal", "yuan_per_hour": "60.00"},
        {"category": "member", "yuan_per_hour": "120.00"},
        {"category": "non_profit", "yuan_per_hour": "150.00"},
        {"category": "enterprise", "yuan_per_hour": "240.00"},
    ]


@time_machine.travel(MONDAY, tick=False)
def test_availability_is_in_local_time_and_names_nobody():
    """Busy and free add up to the open day after the notice."""
    instrument = make_instrument(workdays=(8, 20))
    start = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)  # Tuesday 10:00 in Shanghai
    BookingFactory(instrument=instrument, start=start)
    answer = Caller().get(
        f"instruments/{instrument.code}/availability/",
        {"start": "2026-03-03T00:00:00+08:00", "end": "2026-03-04T00:00:00+08:00"},
    )
    assert answer.json() == {
        "busy": [
            {
                "start": "2026-03-03T10:00:00+08:00",
                "end": "2026-03-03T12:00:00+08:00",
                "station": 1,
                "kind": "use",
            }
        ],
        "free": [
            {"start": "2026-03-03T08:00:00+08:00", "end": "2026-03-03T10:00:00+08:00", "station": 1},
            {"start": "2026-03-03T12:00:00+08:00", "end": "2026-03-03T20:00:00+08:00", "station": 1},
        ],
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start": "2026-03-03T00:00:00Z"},
        {"start": "2026-03-03T00:00:00", "end": "2026-03-04T00:00:00Z"},
        {"start": "2026-03-03T00:00:00Z", "end": "2026-03-03T00:00:00Z"},
        {"start": "2026-03-03T00:00:00Z", "end": "2026-05-05T00:00:00Z"},
        {"start": "0001-01-01T00:00:00+08:00", "end": "2026-05-05T00:00:00Z"},
        {"start": "2026-03-03T00:00:00Z", "end": "9999-12-31T23:59:59Z"},
        {"start": "x" * 5000, "end": "2026-03-03T00:00:00Z"},
        {"start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z", "minutes": "0"},
        {"start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z", "minutes": "9" * 5000},
        {"start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z", "who": "me"},
    ],
)
def test_senseless_window_is_400(query):
    """More than 62 days, naive, empty, out of the calendar."""
    assert is_problem(Caller().get(f"instruments/{make_instrument().code}/availability/", query), 400)


def test_catalogue_asks_the_database_equally_often(django_assert_max_num_queries, django_assert_num_queries):
    """One row or three."""
    InstrumentFieldFactory()
    with django_assert_max_num_queries(6) as first:
        Caller().get("instruments/")
    InstrumentFieldFactory()
    InstrumentFieldFactory()
    with django_assert_num_queries(len(first)):
        assert len(codes(Caller().get("instruments/"))) == 3
