"""Regions, units, fields and classes as programs read them."""

from __future__ import annotations

import pytest

from instruments.inventory.enums import InstrumentState, SharingMode
from members.enums import UnitState
from tests.api.calling import Caller, is_problem
from tests.factories.instruments import InstrumentClassFactory, InstrumentFactory, InstrumentFieldFactory
from tests.factories.members import RegionFactory, UnitFactory

pytestmark = pytest.mark.django_db


def test_regions_are_public_and_exact():
    """A region row has the five members of the contract."""
    region = RegionFactory(hu_bao_e_wu=True)
    body = Caller().get("regions/").json()
    row = next(row for row in body["results"] if row["code"] == region.code)
    assert row == {
        "code": region.code,
        "name_zh": region.name_zh,
        "name_en": region.name_en,
        "kind": "league",
        "hu_bao_e_wu": True,
    }
    assert set(body) == {"count", "next", "previous", "results"}


def test_unit_counts_what_the_catalogue_shows():
    """Unshared and retired instruments are not counted; codes name the region."""
    unit = UnitFactory()
    InstrumentFactory(unit=unit)
    InstrumentFactory(unit=unit, sharing_mode=SharingMode.INTERNAL)
    InstrumentFactory(unit=unit, sharing_mode=SharingMode.NOT_SHARED)
    InstrumentFactory(unit=unit, state=InstrumentState.RETIRED)
    expected = {
        "code": unit.code,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "kind": "university",
        "region": unit.region.code,
        "state": "active",
        "instrument_count": 2,
    }
    assert Caller().get(f"units/{unit.code}/").json() == expected
    assert Caller().get("units/").json()["results"] == [expected]


def test_unit_that_left_or_never_was_is_the_same_404():
    """Both bodies are equal byte for byte."""
    gone = UnitFactory(state=UnitState.LEFT)
    left = Caller().get(f"units/{gone.code}/")
    never = Caller().get("units/NO-SUCH/")
    assert is_problem(left, 404)
    assert left.content == never.content == Caller().get("units/%00/").content


def test_fields_and_classes_count_instruments():
    """An instrument counts in its class and every class above; in each of its fields."""
    top = InstrumentClassFactory(code="970000", level=1)
    leaf = InstrumentClassFactory(code="970101", level=3, parent=top)
    link = InstrumentFieldFactory(instrument=InstrumentFactory(instrument_class=leaf))
    fields = Caller().get("fields/?page_size=100").json()["results"]
    assert [row for row in fields if row["code"] == link.field.code] == [
        {
            "code": link.field.code,
            "name_zh": link.field.name_zh,
            "name_en": link.field.name_en,
            "instrument_count": 1,
        }
    ]
    classes = {
        row["code"]: row for row in Caller().get("instrument-classes/?page_size=100").json()["results"]
    }
    assert classes["970101"] == {
        "scheme": "nrii",
        "code": "970101",
        "name_zh": leaf.name_zh,
        "name_en": leaf.name_en,
        "level": 3,
        "parent": "970000",
        "instrument_count": 1,
    }
    assert (classes["970000"]["parent"], classes["970000"]["instrument_count"]) == (None, 1)


@pytest.mark.parametrize("path", ["regions/", "units/", "fields/", "instrument-classes/"])
def test_lists_are_bounded_and_strict(path):
    """Page sizes over 100 and nonsense, unknown parameters: 400; pages beyond the end: 404."""
    UnitFactory()
    for query in (
        "page_size=101",
        "page_size=0",
        "page_size=x",
        "page=0",
        "page=last",
        "page=-1",
        "unknown=1",
    ):
        answer = Caller().get(f"{path}?{query}")
        assert is_problem(answer, 400), query
        assert answer.json()["errors"][0]["field"] == query.split("=")[0]
    assert is_problem(Caller().get(f"{path}?page=999"), 404)
    assert is_problem(Caller().get(f"{path}?page={'9' * 5000}"), 400)


@pytest.mark.parametrize("path", ["regions/", "units/", "fields/", "instrument-classes/"])
def test_lists_ask_the_database_equally_often(path, django_assert_num_queries):
    """One row or three: count, page, and at most one grouped count."""
    made = {"regions/": RegionFactory, "units/": InstrumentFactory, "fields/": InstrumentFieldFactory}
    factory = made.get(path, InstrumentFactory)
    expected = 2 if path == "regions/" else 3
    factory()
    caller = Caller()
    with django_assert_num_queries(expected):
        caller.get(path)
    factory()
    factory()
    with django_assert_num_queries(expected):
        caller.get(path)
