"""What REPLACE would push aside: SQLite deletes the row in the way without asking the triggers on DELETE.

`INSERT OR REPLACE` and `UPDATE OR REPLACE` remove every row that has the new row's primary key or another unique key.
The triggers on DELETE are asked only where the connection switched `recursive_triggers` on. Ours do, but a stranger's
need not, so each guarded table also has triggers that look for a guarded row in the way before the new one enters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

EVENTS = ("insert", "update")
_WHERE = re.compile(r"\bWHERE\b(.*)$", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r'"(\w+)"')


@dataclass(frozen=True)
class Key:
    """Columns that no two rows share; `condition` where only some rows count (a partial index)."""

    columns: tuple[str, ...]
    condition: str = ""


def ask_delete_triggers(connection: BaseDatabaseWrapper) -> None:
    """Let REPLACE on this SQLite connection ask the triggers on DELETE."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def statements(cursor: CursorWrapper, name: str, table: str, message: str, when: str) -> list[str]:
    """Return the SQLite statements that refuse to push a row of `table` aside; `when` as in `refusal_trigger`."""
    keys = _keys(cursor, table)
    kept = f" AND ({when.replace('{row}', 'kept')})" if when else ""
    made: list[str] = []
    for event in EVENTS:
        other = " AND kept.rowid <> OLD.rowid" if event == "update" else ""
        in_the_way = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} AS kept WHERE {_same(key)}{other}{kept})"  # noqa: S608 - our own names
            for key in keys
        )
        guard = part(name, event)
        made += [
            f"DROP TRIGGER IF EXISTS {guard}",
            (
                f"CREATE TRIGGER {guard} BEFORE {event.upper()} ON {table} FOR EACH ROW WHEN {in_the_way} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            ),
        ]
    return made


def part(name: str, event: str) -> str:
    """The name of the trigger that keeps the rows of the guard `name` from being pushed aside."""
    return f"{name}_displaced_{event}"


def _same(key: Key) -> str:
    equal = " AND ".join(f'kept."{column}" = NEW."{column}"' for column in key.columns)
    if not key.condition:
        return equal
    return f"{equal} AND ({_COLUMN.sub(_of('NEW'), key.condition)}) AND ({_COLUMN.sub(_of('kept'), key.condition)})"


def _of(row: str) -> str:
    return rf'{row}."\1"'


def _keys(cursor: CursorWrapper, table: str) -> list[Key]:
    """The primary key and every unique index of a table, as the database itself lists them."""
    cursor.execute(f"PRAGMA table_info({table})")
    primary = sorted((row[5], row[1]) for row in cursor.fetchall() if row[5])
    found = [Key(tuple(column for _place, column in primary))]
    cursor.execute(f"PRAGMA index_list({table})")
    for index, origin, partial in [(row[1], row[3], row[4]) for row in cursor.fetchall() if row[2]]:
        if origin == "pk":
            continue
        cursor.execute(f"PRAGMA index_info({index})")
        columns = tuple(row[2] for row in cursor.fetchall())
        if None in columns:
            raise ValueError(f"{index} is unique over an expression, which this guard cannot follow.")
        found.append(Key(columns, _condition(cursor, index) if partial else ""))
    return found


def _condition(cursor: CursorWrapper, index: str) -> str:
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = %s", [index])
    where = _WHERE.search(cursor.fetchone()[0])
    if where is None:
        raise ValueError(f"{index} is partial, but says not where.")
    return where.group(1).strip()
