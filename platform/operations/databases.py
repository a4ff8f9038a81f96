"""Copies of the database while it is in use, and their return: by the online back-up of SQLite, by pg_dump and psql."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils.translation import gettext as _

PARTS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""The name of the database's part in a back-up."""


class Failed(Exception):
    """A copy could not be made or put back, in a sentence; what was there before is as it was."""


def dump(target: Path) -> None:
    """Write a consistent copy of the database, as of one moment, while others go on. Raises Failed."""
    if connection.vendor == "postgresql":
        _run([*_command("pg_dump", "-Fc", "--no-owner", "--no-privileges", "-f", str(target)), _name()])
        return
    # Opened for reading alone: the copy needs no lock that a writer would wait for.
    with (
        contextlib.closing(sqlite3.connect(f"{Path(_name()).as_uri()}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def is_empty() -> bool:
    """Whether the database has no tables at all."""
    if connection.vendor == "sqlite" and not Path(_name()).exists():
        return True
    return not connection.introspection.table_names()


def others_connected() -> bool:
    """Whether anybody else uses the database; on SQLite only a process that has it open, not who might open it next."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            return bool(cursor.fetchone()[0])
    connection.close()
    if not Path(_name()).exists():
        return False
    # Leaving write-ahead mode takes the file for oneself alone, and leaves nothing beside it.
    with contextlib.closing(sqlite3.connect(_name(), timeout=0.5)) as alone:
        try:
            return str(alone.execute("PRAGMA journal_mode=DELETE").fetchone()[0]) != "delete"
        except sqlite3.OperationalError:
            return True


def load(copy: Path, closing: Sequence[str], aside: Path) -> None:
    """Put a copy in place of the database and run `closing` statements with it, all or nothing. Raises Failed.

    On SQLite what was there is moved to `aside`; on PostgreSQL it is replaced in one transaction.
    """
    connection.close()
    if connection.vendor == "postgresql":
        _load_postgresql(copy, closing)
    else:
        _load_sqlite(copy, closing, aside)


def _load_sqlite(copy: Path, closing: Sequence[str], aside: Path) -> None:
    target = Path(_name())
    with contextlib.closing(sqlite3.connect(copy)) as opened:
        said = opened.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise Failed(_("The database in the back-up is not whole: %(words)s") % {"words": said})
        with opened:
            for statement in closing:
                opened.execute(statement)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        # A link first: at no moment is there no database.
        os.link(target, aside)
    copy.replace(target)


def _load_postgresql(copy: Path, closing: Sequence[str]) -> None:
    script, before, after = (copy.with_name(name) for name in ("load.sql", "before.sql", "after.sql"))
    # Written out whole first: psql would take a script that broke off for a shorter one.
    _run(["pg_restore", "--no-owner", "--no-privileges", "-f", str(script), str(copy)])
    before.write_text("DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n", "utf-8")
    after.write_text("SET search_path TO public;\n" + "".join(f"{each};\n" for each in closing), "utf-8")
    files = [part for path in (before, script, after) for part in ("-f", str(path))]
    _run([*_command("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, *files), _name()])


def _command(program: str, *options: str) -> list[str]:
    arguments, _environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, list(options))
    return [program, *arguments[1:-1]]


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(command: Sequence[str]) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, never by the command line."""
    _arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    try:
        done = subprocess.run(
            command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise Failed(
            _("The program %(name)s is not there; install PostgreSQL's client programs.")
            % {"name": command[0]}
        ) from error
    if done.returncode:
        words = done.stderr.strip() or f"status {done.returncode}"
        raise Failed(_("%(name)s failed: %(words)s") % {"name": command[0], "words": words})
