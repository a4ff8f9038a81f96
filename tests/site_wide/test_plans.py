"""No page walks all bookings or all usage records: PostgreSQL is asked how it would answer what each page asks."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from instruments.booking.models import Booking
from instruments.usage.models import UsageRecord
from members.enums import UnitRoleKind
from tests.factories.instruments import BookingFactory, UsageRecordFactory, make_instrument
from tests.factories.members import PersonFactory, UnitFactory, UnitRoleFactory
from tests.plans import walks

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans by other rules"),
]

HOUR = dt.timedelta(hours=1)
UNITS, INSTRUMENTS, EACH = 10, 40, 625
"""Enough rows, 25,000 of either, for the planner to shun a walk wherever an index leads to a few."""


@pytest.fixture
def network():
    """Years of use; gives a unit, a machine of it, who manages the one and keeps the other, and a booking."""
    units = UnitFactory.create_batch(UNITS)
    machines = [make_instrument(unit=units[number % UNITS]) for number in range(INSTRUMENTS)]
    people = PersonFactory.create_batch(100)
    person = people[0]
    for kind in (UnitRoleKind.MANAGER, UnitRoleKind.STEWARD):
        UnitRoleFactory(unit=units[0], person=person, kind=kind)
    machines[0].stewardships.create(person=person, valid_from=dt.date(2020, 1, 1))
    begun = timezone.now() - dt.timedelta(days=1)
    first = {"instrument": machines[0], "person": person, "start": begun, "end": begun + HOUR}
    booking = BookingFactory(state="completed", **first)
    record = UsageRecordFactory(**first)
    _multiplied(Booking, booking, machines, people)
    _multiplied(UsageRecord, record, machines, people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return units[0], machines[0], person, booking


def _multiplied(model, row, machines, people):
    """Copy one row of an hour for every machine, one in twenty hours before it, by one statement."""
    changed = {
        "id": "gen_random_uuid()",
        "instrument_id": "machine.pk",
        "unit_id": "machine.unit",
        "person_id": "(%s::bigint[])[1 + n %% 100]",
        "start": "%s - n * interval '20 hours'",
        "end": "%s - n * interval '20 hours' + interval '1 hour'",
        "record_id": "machine.pk || '-' || n",
    }
    columns = [field.column for field in model._meta.concrete_fields]
    given = {"person_id": [person.pk for person in people], "start": row.start, "end": row.start}
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f'one."{column}"') for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} "
            f"FROM {model._meta.db_table} AS one, generate_series(1, {EACH}) AS n, "
            "unnest(%s::bigint[], %s::bigint[]) AS machine(pk, unit) WHERE one.id = %s",
            [
                *(given[column] for column in columns if column in given),
                [machine.pk for machine in machines],
                [machine.unit_id for machine in machines],
                row.pk,
            ],
        )


def test_no_page_walks_all_bookings_or_all_usage(client, network):
    unit, machine, person, booking = network
    client.force_login(person)
    now = timezone.now()
    window = urlencode({"start": now.isoformat(), "end": (now + dt.timedelta(days=7)).isoformat()})
    walked = {}
    for path in (
        f"/instruments/{machine.code}/",
        f"/instruments/{machine.code}/week/",
        f"/api/v1/instruments/{machine.code}/availability/?{window}",
        "/instruments/",
        "/me/",
        "/desk/",
        f"/units/{unit.code}/manage/",
        f"/units/{unit.code}/usage/",
        f"/units/{unit.code}/",
        f"/bookings/{booking.pk}/",
    ):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200, path
        walked[path] = walks(query["sql"] for query in captured.captured_queries)
    assert {path: found for path, found in walked.items() if found} == {}


def test_a_walk_is_seen(network):
    walk = 'SELECT id FROM instruments_booking WHERE "price" = 1'
    assert walks([walk]) == [f"instruments_booking: {walk}"]
    assert walks(['SELECT id FROM instruments_booking WHERE "end" > now()']) == []
