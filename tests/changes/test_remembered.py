"""Reads whose SQL is made once answer as the queryset does, for other values, in other threads, under a lock."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from changes.locking import Lockable
from changes.remembered import Given, Remembered
from members.models import MemberUnit, Person
from tests.factories.members import PersonFactory, UnitFactory

pytestmark = pytest.mark.django_db


def test_the_same_sql_is_asked_with_other_values():
    """Rows, their related rows and their order are those of the queryset; the queryset is built once."""
    built = []

    def since() -> models.QuerySet[Person]:
        built.append(1)
        rows = Person.objects.select_related("home_unit").order_by("email")
        return rows.filter(
            home_unit=Given("unit", models.IntegerField()),
            date_joined__lt=Given("day", models.DateTimeField()),
        )

    here, there = UnitFactory(), UnitFactory()
    people = [PersonFactory(home_unit=here), PersonFactory(home_unit=here), PersonFactory(home_unit=there)]
    later = max(person.date_joined for person in people) + dt.timedelta(seconds=1)
    kept = Remembered(since)
    for unit, day in ((here, later), (there, later), (here, later - dt.timedelta(days=400))):
        with CaptureQueriesContext(connection) as captured:
            found = kept.ask(unit=unit.pk, day=day)
            assert [row.home_unit.code for row in found] == [unit.code] * len(found)
        assert len(captured) == 1
        wanted = Person.objects.filter(home_unit=unit, date_joined__lt=day).order_by("email")
        assert found == list(wanted)
    assert len(built) == 1


def test_values_may_be_lists_too_and_the_first_may_be_none():
    """Tuples and single values come as the queryset gives them."""
    unit = UnitFactory()
    code = Given("code", models.CharField())
    pairs = Remembered(lambda: MemberUnit.objects.filter(code=code).values_list("pk", "code"))
    flat = Remembered(lambda: MemberUnit.objects.filter(code=code).values_list("pk", flat=True)[:1])
    assert pairs.ask(code=unit.code) == [(unit.pk, unit.code)]
    assert flat.first(code=unit.code) == unit.pk
    assert flat.first(code="NO-SUCH") is None


def test_a_blank_left_open_is_an_error_of_the_caller():
    """Nothing is asked then."""
    kept = Remembered(lambda: MemberUnit.objects.filter(code=Given("code", models.CharField())))
    with CaptureQueriesContext(connection) as captured, pytest.raises(KeyError):
        kept.ask()
    assert not captured


def test_a_text_that_looks_like_sql_is_only_a_value():
    """Values go to the database beside the SQL, never within it."""
    unit = UnitFactory()
    kept = Remembered(lambda: MemberUnit.objects.filter(code=Given("code", models.CharField())))
    for text in ("' OR 1=1 --", "%s", "%(code)s", unit.code + "'"):
        assert kept.ask(code=text) == []
    assert kept.ask(code=unit.code) == [unit]


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection():
    """What one thread has made serves all."""
    unit = UnitFactory()
    kept = Remembered(lambda: MemberUnit.objects.filter(code=Given("code", models.CharField())))
    assert kept.ask(code=unit.code) == [unit]

    def ask() -> list[MemberUnit]:
        try:
            return kept.ask(code=unit.code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert [asked.result() for asked in [pool.submit(ask) for _turn in range(4)]] == [[unit]] * 4


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite locks the whole file and has no row locks"
)
def test_a_row_is_locked_as_the_way_says():
    """Held already: read alone; else under a lock that lets foreign keys be checked; passed over where asked."""
    unit = UnitFactory()
    units = Lockable(MemberUnit.objects.all())
    ends = {(False, False): "FOR NO KEY UPDATE", (False, True): "SKIP LOCKED", (True, False): ""}
    for (locked, skip), end in ends.items():
        for _turn in range(2):
            with transaction.atomic(), CaptureQueriesContext(connection) as captured:
                assert units.read("pk", unit.pk, locked=locked, skip_locked=skip) == [unit]
            said = captured[0]["sql"]
            assert ("FOR NO KEY UPDATE" in said) is not locked
            assert end in said
