"""Fast writing of past usage: plain rows into the table, with every constraint and trigger in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from demo.usage import Row

USAGE_COLUMNS = [
    "id",
    "unit_id",
    "record_id",
    "instrument_id",
    "station",
    "booking_id",
    "start",
    "end",
    "startup_hours",
    "measurement_hours",
    "processing_hours",
    "effective_hours",
    "user_kind",
    "purpose",
    "samples",
    "income",
    "person_id",
    "user_name",
    "user_unit",
    "source",
    "corrects_id",
    "correction_reason",
    "is_current",
    "recorded_by_id",
    "recorded_at",
]
BATCH = 5000


def write_usage(rows: Iterable[Row]) -> int:
    """Write past usage records in batches; return how many. The rows hold UTC times as text."""
    columns = ", ".join(connection.ops.quote_name(column) for column in USAGE_COLUMNS)
    table = connection.ops.quote_name("instruments_usagerecord")
    count = 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
                    count += 1
            return count
        marks = ", ".join(["%s"] * len(USAGE_COLUMNS))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        for batch in _batches(rows):
            cursor.executemany(statement, batch)
            count += len(batch)
    return count


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
