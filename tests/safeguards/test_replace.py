"""REPLACE, which SQLite alone has, pushes no guarded row aside; the folder's conftest leaves this out elsewhere."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from audit.history import record
from audit.models import Checkpoint, Entry, Leaf
from audit.sealing import seal
from audit.verifying import first_fault
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.usage.models import UsageRecord
from tests.factories.instruments import BookingFactory, UsageRecordFactory

pytestmark = pytest.mark.django_db


def displace(model, *, switched_on: bool, **changes):
    """Write a copy of a stored row over it with REPLACE, by a connection with or without recursive triggers."""
    columns = {field.column: field.attname for field in model._meta.concrete_fields}
    values = ", ".join(changes.get(name, f'"{column}"') for column, name in columns.items())
    named = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers = {'ON' if switched_on else 'OFF'}")
        try:
            cursor.execute(
                f"INSERT OR REPLACE INTO {table} ({named}) SELECT {values} FROM {table} WHERE rowid = "
                f"(SELECT max(rowid) FROM {table})"
            )
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")


def test_every_connection_asks_the_delete_triggers():
    """REPLACE deletes; SQLite asks the triggers about it only where this is on."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("switched_on", [True, False])
def test_replace_pushes_no_guarded_row_aside(switched_on):
    """Neither by the primary key nor by another unique key, and the history is no exception."""
    BookingFactory(state=BookingState.CANCELLED)
    UsageRecordFactory()
    record(actor=None, verb="members.unit.changed", target="test:1", after={"n": 1})
    assert seal() > 0
    cases = [
        (Booking, {"purpose": "'other'"}),
        (UsageRecord, {"income": "1"}),
        (UsageRecord, {"id": "id + 1", "income": "1"}),
        (Entry, {"verb": "'test.undone'"}),
        (Leaf, {"hash": "'other'"}),
        (Leaf, {"index": '"index" + 1', "hash": "'other'"}),
        (Checkpoint, {"root": "'other'"}),
    ]
    for model, changes in cases:
        before = list(model.objects.order_by("pk").values())
        with (
            pytest.raises(IntegrityError, match=r"never deleted|append-only|stays as it is"),
            transaction.atomic(),
        ):
            displace(model, switched_on=switched_on, **changes)
        assert list(model.objects.order_by("pk").values()) == before
    assert first_fault() is None


def test_a_new_row_in_nobodys_way_enters():
    """The guard looks at the keys alone."""
    UsageRecordFactory()
    displace(UsageRecord, switched_on=True, id="id + 1", record_id="'another'", is_current="0")
    assert UsageRecord.objects.count() == 2


def test_update_or_replace_pushes_no_guarded_row_aside():
    """A row that takes over another's key would delete it as well."""
    kept, other = BookingFactory(state=BookingState.CANCELLED), BookingFactory(state=BookingState.DECLINED)
    with (
        pytest.raises(IntegrityError, match="never deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("PRAGMA recursive_triggers = OFF")
        try:
            cursor.execute(
                "UPDATE OR REPLACE instruments_booking SET id = %s WHERE id = %s",
                [kept.pk.hex, other.pk.hex],
            )
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert set(Booking.objects.values_list("pk", "state")) == {
        (kept.pk, "cancelled"),
        (other.pk, "declined"),
    }
