"""A small network of release 0.1, as its own programme wrote it, upgraded once for all tests."""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Upgraded:
    """The network after `migrate`: where it is, and how to ask it."""

    url: str
    folder: Path

    def manage(self, *words: str, passes: bool = True) -> str:
        """Run a command of the platform on it; return what it printed."""
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *words],
            env={
                **os.environ,
                "DATABASE_URL": self.url,
                "VAR_DIR": str(self.folder),
                "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is passes, done.stdout + done.stderr
        return done.stdout + done.stderr

    def ask(self, code: str) -> str:
        """Run a few lines of Python on it, with its models at hand; return what they printed."""
        head = "from django.apps import apps; model = apps.get_model\n"
        return self.manage("shell", "--no-imports", "-v", "0", "-c", head + code).strip()


def _statements() -> str:
    text = gzip.decompress((HERE / "release-0.1.postgresql.sql.gz").read_bytes()).decode()
    # What begins with a backslash speaks to psql, not to the server.
    return "\n".join(line for line in text.splitlines() if not line.startswith("\\"))


@contextmanager
def network(folder: Path, *before: str) -> Iterator[Upgraded]:
    """Give the network of the earlier release, upgraded; `before` are statements sent to it ahead of that."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        path = folder / "network.sqlite3"
        path.write_bytes(gzip.decompress((HERE / "release-0.1.sqlite3.gz").read_bytes()))
        with closing(sqlite3.connect(path, isolation_level=None)) as link:
            for statement in before:
                link.execute(statement)
        restored = Upgraded(f"sqlite:///{path}", folder)
        restored.manage("migrate", "-v", "0")
        yield restored
        return
    import psycopg
    from psycopg import sql

    present = urlsplit(os.environ["DATABASE_URL"])
    name = f"{present.path.lstrip('/')}_upgrade_{os.getpid()}_{folder.name}"[:63]
    server = present._replace(path="/postgres").geturl()
    url = present._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with psycopg.connect(url) as connection:
            connection.execute(_statements())
        # A connection of its own: the dump leaves the search path empty.
        with psycopg.connect(url) as connection:
            for statement in before:
                connection.execute(statement)
        restored = Upgraded(url, folder)
        restored.manage("migrate", "-v", "0")
        yield restored
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory):
    """The network of the earlier release, upgraded."""
    with network(tmp_path_factory.mktemp("upgrade")) as restored:
        yield restored
