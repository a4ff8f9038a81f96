"""A register of triggers, one text per engine, installed after every migrate and verifiable."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from safeguards import displacing

_CREATES = re.compile(r"^CREATE (?:OR REPLACE )?TRIGGER (\w+)")


@dataclass(frozen=True)
class Kept:
    """Rows that nothing may push aside on SQLite: those that meet `when` ("" means all), and what is said then."""

    message: str
    when: str = ""


@dataclass(frozen=True)
class Trigger:
    """One guard: its name, its table, and the statements that (re)create it on each engine.

    `sqlite` and `postgresql` are lists of statements, safe to run when the guard exists already. `constraints` names
    what a migration creates on PostgreSQL in place of triggers. `kept`: rows that REPLACE may not push aside, which
    SQLite alone knows; their triggers follow from the table's unique keys.
    """

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    kept: Kept | None = None

    def parts(self, vendor: str) -> list[str]:
        """Name every trigger and constraint that together are this guard on an engine."""
        statements = self.sqlite if vendor == "sqlite" else self.postgresql
        made = [found.group(1) for statement in statements if (found := _CREATES.match(statement))]
        if vendor != "sqlite":
            return [*made, *self.constraints]
        return (
            made if self.kept is None else made + [displacing.part(self.name, e) for e in displacing.EVENTS]
        )


REGISTER: dict[str, Trigger] = {}


def register(trigger: Trigger) -> None:
    """Add a guard; apps call this when they are loaded. Raises ValueError for a second one of that name."""
    known = REGISTER.get(trigger.name)
    if known is not None and known != trigger:
        raise ValueError(f"Two guards are called {trigger.name}.")
    REGISTER[trigger.name] = trigger


def install(using: str = "default") -> list[str]:
    """Create or replace every guard whose table exists; return the names installed."""
    connection = connections[using]
    if connection.vendor not in {"sqlite", "postgresql"}:
        return []
    installed = []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in REGISTER.values():
            if trigger.table not in tables:
                continue
            for statement in trigger.sqlite if connection.vendor == "sqlite" else trigger.postgresql:
                cursor.execute(statement)
            if trigger.kept is not None and connection.vendor == "sqlite":
                kept = trigger.kept
                for statement in displacing.statements(
                    cursor, trigger.name, trigger.table, kept.message, kept.when
                ):
                    cursor.execute(statement)
            installed.append(trigger.name)
    return installed


def take_away(using: str = "default") -> None:
    """Drop every guard on SQLite, where a table cannot be rebuilt while a trigger of another one speaks of it."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for trigger in REGISTER.values():
            for part in trigger.parts(connection.vendor):
                cursor.execute(f"DROP TRIGGER IF EXISTS {part}")


def missing(using: str = "default") -> list[str]:
    """Name every part of the registered guards that the database does not hold, or that guards nothing there."""
    connection = connections[using]
    present = present_parts(connection)
    return [
        part
        for trigger in REGISTER.values()
        for part in trigger.parts(connection.vendor)
        if part not in present
    ]


def present_parts(connection: BaseDatabaseWrapper) -> set[str]:
    """Name the triggers and constraints that guard rows in this session: switched on, and not for replicas alone."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND (tgenabled = 'A' "
        "OR (tgenabled = 'O' AND current_setting('session_replication_role') <> 'replica')) "
        "UNION ALL SELECT conname FROM pg_constraint WHERE contype = 'x'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def refusal_trigger(
    name: str, table: str, events: str, message: str, when: str = "", *, either: bool = False
) -> Trigger:
    """Build a guard that refuses `events` ("UPDATE", "DELETE", "INSERT", joined by OR) on `table`.

    `when` is a condition that reads on both engines; in it {row} stands for NEW on an INSERT and OLD otherwise. With
    `either` an UPDATE is refused where the condition holds before or after it: nothing leaves and nothing enters.
    A table whose rows may not be deleted may not be emptied at once either (TRUNCATE, which PostgreSQL alone has),
    nor may a row be pushed aside by another one of its key (REPLACE, which SQLite alone has).
    The refusal reaches Django as an IntegrityError that carries `message`.
    """
    kinds = [event.strip() for event in events.split(" OR ")]
    sqlite: list[str] = []
    plain = (
        f"CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    postgresql: list[str] = [plain]
    for kind in kinds:
        row = "NEW" if kind == "INSERT" else "OLD"
        condition = when.replace("{row}", row)
        if condition and kind == "UPDATE" and either:
            condition = f"({condition}) OR ({when.replace('{row}', 'NEW')})"
        guard = f"{name}_{kind.lower()}"
        sqlite += [
            f"DROP TRIGGER IF EXISTS {guard}",
            f"CREATE TRIGGER {guard} BEFORE {kind} ON {table} FOR EACH ROW "
            + (f"WHEN {condition} " if condition else "")
            + f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ]
        body = f"EXECUTE FUNCTION {name}_refuse()"
        if condition:
            # PostgreSQL allows no subquery in WHEN, so the condition moves into a function of its own.
            postgresql.append(
                f"CREATE OR REPLACE FUNCTION {guard}_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; "
                f"END IF; RETURN {'OLD' if kind == 'DELETE' else 'NEW'}; END $$"
            )
            body = f"EXECUTE FUNCTION {guard}_check()"
        postgresql.append(f"CREATE OR REPLACE TRIGGER {guard} BEFORE {kind} ON {table} FOR EACH ROW {body}")
    if "DELETE" in kinds:
        postgresql.append(
            f"CREATE OR REPLACE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()"
        )
    kept = Kept(message, when) if "DELETE" in kinds else None
    return Trigger(name, table, tuple(sqlite), tuple(postgresql), kept=kept)
