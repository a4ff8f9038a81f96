"""Fast writing of the past: plain rows into the tables; no constraint or trigger is missing when they are all there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import connection
from django.db.models import Model

from demo.usage import Row
from instruments.booking.models import Booking
from instruments.usage.models import UsageRecord

USAGE_COLUMNS = [
    "id", "unit_id", "record_id", "instrument_id", "station", "booking_id", "start", "end", "startup_hours",
    "measurement_hours", "processing_hours", "effective_hours", "user_kind", "purpose", "samples", "income",
    "person_id", "user_name", "user_unit", "source", "corrects_id", "correction_reason", "is_current",
    "recorded_by_id", "recorded_at", "folded_user", "served_id",
]  # fmt: skip
BOOKING_COLUMNS = [
    "id", "instrument_id", "station", "kind", "person_id", "start", "end", "state", "purpose",
    "purpose_kind", "category", "yuan_per_hour", "price", "version", "requested_at", "decided_at",
    "decided_by_id", "checked_in_at", "checked_out_at", "reason", "ended_at", "reminded_at",
]  # fmt: skip
BATCH = 5000
# The guards against overlaps look the neighbours of a new row up in these.
NEEDED_MEANWHILE = ("usage_slot", "booking_slot")


def write_usage(rows: Iterable[Row]) -> int:
    """Write past usage records; return how many. The rows hold UTC times as text."""
    return _write(UsageRecord, USAGE_COLUMNS, rows)


def write_booked(rows: Iterable[Row]) -> int:
    """Write bookings, those behind usage records and those to come; return how many."""
    return _write(Booking, BOOKING_COLUMNS, rows)


def _write(model: type[Model], columns: list[str], rows: Iterable[Row]) -> int:
    """Write rows; what they do not name has the default of its field."""
    left = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and field.column not in columns
    ]
    rest = tuple(field.get_db_prep_save(field.get_default(), connection) for field in left)
    columns = [*columns, *(str(field.column) for field in left)]
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table, count = model._meta.db_table, 0
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    with _indexed_afterwards(table), connection.cursor() as cursor:
        # A batch is drawn before it is written: drawing may ask the database, which a running COPY does not hear.
        for batch in _batches(rows):
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in batch:
                        copy.write_row((*row, *rest))
            else:
                cursor.executemany(statement, [(*row, *rest) for row in batch])
            count += len(batch)
    return count


@contextmanager
def _indexed_afterwards(table: str) -> Iterator[None]:
    """On SQLite, build what only speeds up reading once all rows are there: half the work. Unique indexes stay."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX%%'",
            [table],
        )
        put_off = [(name, sql) for name, sql in cursor.fetchall() if name not in NEEDED_MEANWHILE]
        for name, _sql in put_off:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _name, sql in put_off:
            cursor.execute(sql)


@contextmanager
def checked_at_the_end(models: Iterable[type[Model]], kinds: str = "x") -> Iterator[None]:
    """On PostgreSQL, check all rows of these tables together once they are there: less work than row by row.

    `kinds` are those of `pg_constraint`: x, what excludes overlaps; f, foreign keys. They are taken away and put back
    in the running transaction, so nothing is kept that breaks them.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = ANY(%s) AND conrelid = ANY(%s::regclass[]) ORDER BY contype DESC, 1, 2",
            [list(kinds), [model._meta.db_table for model in models]],
        )
        found = cursor.fetchall()
        for table, name, _rule in found:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        # A table whose new rows still wait for a check cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name, rule in found:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
