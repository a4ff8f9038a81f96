"""A site of its own for the drills: folder, database and management commands, on the database of this run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
COUNTED = (
    "members_person",
    "django_session",
    "webapi_accesstoken WHERE revoked_at IS NULL",
    "audit_entry WHERE verb = 'operations.network.restored'",
)


class Site:
    """Settings of the embedded kind with a folder of its own; on PostgreSQL with a database of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.var = folder / name
        self.var.mkdir()
        self.environment = {
            key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.environment |= {"VAR_DIR": str(self.var), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        self.database = f"{connection.settings_dict['NAME']}_{name}"
        self.is_postgresql = connection.vendor == "postgresql"
        if self.is_postgresql:
            self._on_server(
                f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)',
                f'CREATE DATABASE "{self.database}"',
            )
            self.environment["DATABASE_URL"] = self._address(self.database)

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a management command that must end with this status; return all it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout
        return done.stdout.strip()

    def shell(self, script: str) -> list[str]:
        """Run a script inside the site; return the lines it printed."""
        return self.run("shell", "-v", "0", "-c", script).splitlines()

    def counts(self) -> list[int]:
        """People, sessions, tokens not revoked, and restores on record, by plain SQL."""
        opened = self.connect()
        try:
            return [opened.execute(f"SELECT count(*) FROM {rest}").fetchone()[0] for rest in COUNTED]
        finally:
            opened.close()

    def connect(self):
        """A stranger's connection to the site's database."""
        if self.is_postgresql:
            return psycopg.connect(self._address(self.database))
        import sqlite3

        opened = sqlite3.connect(self.var / "network.sqlite3")
        opened.execute("SELECT count(*) FROM members_person").fetchone()
        return opened

    def end(self) -> None:
        """Take its database away."""
        if self.is_postgresql:
            self._on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def _address(self, database: str) -> str:
        given = connection.settings_dict
        password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
        return f"postgresql://{given['USER']}{password}@{given['HOST']}:{given['PORT']}/{database}"

    def _on_server(self, *statements: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as server:
            for statement in statements:
                server.execute(statement)
