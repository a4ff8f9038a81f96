"""Reading at one moment: everything read inside is as it was when the first of it was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_cut() -> Iterator[None]:
    """Read from one state of the database, whatever others commit meanwhile; write nothing inside.

    PostgreSQL: a REPEATABLE READ transaction. SQLite: a deferred one, which sees what was there at its first read.
    Within a running transaction it is that one's own view.
    """
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
