"""Makes the demo network many times its size on PostgreSQL: more instruments of the same units and people.

Each instrument gets copies with everything below it (terms, facts, bookings with their steps, usage), under keys of
their own. Stewardships, evaluations and the history stay as they are: nobody has entered the copies. The guards refuse
changes of rows, not new ones, so none is put off; indexes and constraints of the tables are taken away for the load and
put back. Guards, indexes and constraints are compared, and the rows counted, before the one transaction is committed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

import django

django.setup()

from django.core.management.color import no_style  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402

from demo.loading import checked_at_the_end  # noqa: E402
from instruments.booking.models import Booking, BookingStep  # noqa: E402
from instruments.inventory.actions.search import reindex  # noqa: E402
from instruments.inventory.models import (  # noqa: E402
    Instrument,
    InstrumentFacts,
    InstrumentField,
    InstrumentFunding,
    InstrumentPart,
)
from instruments.terms.models import BookingPolicy, OpeningException, OpeningPeriod, Rate  # noqa: E402
from instruments.usage.models import UsageRecord  # noqa: E402

COPIED: tuple[type[models.Model], ...] = (
    Instrument, InstrumentField, InstrumentFunding, InstrumentFacts, InstrumentPart,
    BookingPolicy, OpeningPeriod, OpeningException, Rate, Booking, BookingStep, UsageRecord,
)  # fmt: skip
NUMBERED = {"code", "inner_id", "record_id"}
"""What names one row and no other: a copy has the number of its copying behind it."""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('f', 'x') AND conrelid = ANY(%s::regclass[]) ORDER BY contype DESC, 1, 2
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1
"""
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")
TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
)


def enlarge(times: int) -> dict[str, int]:
    """Multiply the instruments and all below them; return how many rows each table has then.

    Raises SystemExit, and changes nothing, where a table would not have exactly `times` the rows, or where a guard, an
    index or a constraint would not be what it was.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        rows = _counts()
        held = _held(cursor)
        newest = Instrument.objects.order_by("-pk").values_list("pk", flat=True)[0]
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        with checked_at_the_end(COPIED, "fx"):
            _copy(cursor, times, [index for index, _definition in held[1]])
            reindex(Instrument.objects.filter(pk__gt=newest))
            for _index, definition in held[1]:
                cursor.execute(definition)
        for statement in connection.ops.sequence_reset_sql(no_style(), COPIED):
            cursor.execute(statement)
        found = _counts()
        if found != {table: count * times for table, count in rows.items()} or _said(_held(cursor)) != _said(
            held
        ):
            raise SystemExit(f"The network is not {times} times what it was: {rows}, {found}.")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return found


def _copy(cursor: CursorWrapper, times: int, indexes: Iterable[str]) -> None:
    for index in indexes:
        cursor.execute(f"DROP INDEX {index}")
    strides = {model: _largest(model) for model in COPIED}
    for model in COPIED:
        cursor.execute(_copying(model, strides), [times - 1])


def _counts() -> dict[str, int]:
    return {model._meta.db_table: model._base_manager.count() for model in COPIED}


def _held(cursor: CursorWrapper) -> tuple[list[tuple[str, ...]], ...]:
    """What holds the rows: foreign keys and exclusions, indexes that are no constraint, guards."""
    tables = [model._meta.db_table for model in COPIED]
    found = []
    for statement, wanted in ((CONSTRAINTS, [tables]), (INDEXES, [tables]), (TRIGGERS, None)):
        cursor.execute(statement, wanted)
        found.append(cursor.fetchall())
    return tuple(found)


def _said(held: tuple[list[tuple[str, ...]], ...]) -> list[list[tuple[str, ...]]]:
    """The same without casts and brackets: what is read back is written with other ones, once."""
    return [[tuple(CASTS.sub("", str(part)) for part in row) for row in rows] for rows in held]


def _largest(model: type[models.Model]) -> int:
    if isinstance(model._meta.pk, models.UUIDField):
        return 0
    return model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def _copying(model: type[models.Model], strides: dict[type[models.Model], int]) -> str:
    """Return the statement that copies a table's rows, each with its own key and the keys of what it hangs on."""
    columns = {field.column: _copied(model, field, strides) for field in model._meta.concrete_fields}
    # Exclusions are built and checked half as long again where neighbours in time lie beside each other.
    order = "ORDER BY n, one.instrument_id, one.start" if {"instrument_id", "start"} <= set(columns) else ""
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {model._meta.db_table} ({names}) "
        f"SELECT {', '.join(columns.values())} "
        f"FROM {model._meta.db_table} AS one CROSS JOIN generate_series(1, %s) AS n {order}"
    )


def _copied(model: type[models.Model], field: models.Field, strides: dict[type[models.Model], int]) -> str:
    column = f'one."{field.column}"'
    owner = field.related_model or (model if field.primary_key else None)
    if owner not in strides:
        return f"{column} || '-' || n" if field.name in NUMBERED else column
    if isinstance(owner._meta.pk, models.UUIDField):
        return f"md5({column} || '-' || n)::uuid"
    return f"{column} + n * {strides[owner]}"


if __name__ == "__main__":
    for table, count in enlarge(int(sys.argv[1])).items():
        print(table, count)
