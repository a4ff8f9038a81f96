"""A network with a chain of hashes becomes one with a log: nothing is lost, the chain stays verifiable."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections

from audit.old_chain import digest

ROOT = Path(__file__).resolve().parents[2]
AT = "2026-11-27T04:30:00.250000+00:00"
ENTRIES = 300


def chain():
    """Rows of the former chain: sequence, what is said, previous hash and hash, worked out as that release did."""
    rows, previous = [], "0" * 64
    for n in range(1, ENTRIES + 1):
        after = {"n": n, "name": "内蒙古大学"}
        content = {
            "sequence": n, "at": AT, "actor": None, "verb": "members.unit.changed", "target": ["thing", str(n)],
            "before": None, "after": after, "previous": previous,
        }  # fmt: skip
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        hashed = hashlib.sha256(text.encode()).hexdigest()
        rows.append((n, str(n), json.dumps(after), previous, hashed))
        previous = hashed
    return rows


class Network:
    """A database of its own, with the former release's history tables."""

    def __init__(self, folder: Path) -> None:
        self.environment = {
            **os.environ,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        }
        self.settings = dict(connection.settings_dict)
        if connection.vendor == "sqlite":
            self.environment.pop("DATABASE_URL", None)
            self.settings["NAME"] = str(folder / "network.sqlite3")
        else:
            self.settings["NAME"] = f"{settings.DATABASES['default']['NAME']}_upgrade"
            url = urlsplit(os.environ["DATABASE_URL"])
            self.environment["DATABASE_URL"] = url._replace(path="/" + self.settings["NAME"]).geturl()
        self.link = connections.create_connection("default")
        self.link.settings_dict = self.settings

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run a command on it; return its status and all it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def run(self, statement: str, rows=None):
        """Send a statement, or one for each of some rows; return what it gives."""
        with self.link.cursor() as cursor:
            if rows is not None:
                cursor.executemany(statement, rows)
                return None
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


@pytest.fixture
def network(tmp_path, django_db_blocker):
    """The database as of the former release, with a chain of 300 entries."""
    with django_db_blocker.unblock():
        network = Network(tmp_path)
        name = network.settings["NAME"]
        if connection.vendor == "postgresql":
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {name}")
                cursor.execute(f"CREATE DATABASE {name}")
        status, said = network.manage("migrate", "-v", "0", "audit", "0002_initial")
        assert status == 0, said
        table = "" if connection.vendor == "sqlite" else " ON audit_entry"
        network.run(f"DROP TRIGGER audit_entry_queued{table}")
        at = AT.replace("T", " ") if connection.vendor == "postgresql" else AT.replace("T", " ")[:-6]
        network.run(
            "INSERT INTO audit_entry (sequence, at, verb, target_type, target_id, before, after, previous_hash, hash) "
            f"VALUES (%s, '{at}', 'members.unit.changed', 'thing', %s, NULL, %s, %s, %s)",
            chain(),
        )
        last = chain()[-1]
        network.run(f"INSERT INTO audit_chainhead (id, sequence, hash) VALUES (1, {last[0]}, '{last[4]}')")
        yield network
        network.link.close()
        if connection.vendor == "postgresql":
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")


def test_an_existing_network_keeps_its_chain_as_the_first_leaves(network):
    """After `migrate` all 300 wait in their order, become leaves 0 to 299, and the counter goes on behind them."""
    links = network.run("SELECT sequence, previous_hash, hash FROM audit_entry ORDER BY sequence")
    entries = network.run("SELECT sequence, at, verb, target_id, after FROM audit_entry ORDER BY sequence")
    assert len(links) == ENTRIES
    network.link.close()
    status, said = network.manage("migrate", "-v", "0")
    assert status == 0, said
    assert (
        network.run("SELECT sequence, at, verb, target_id, after FROM audit_entry ORDER BY sequence")
        == entries
    )
    assert network.run("SELECT entry_id, previous_hash, hash FROM audit_chainlink ORDER BY entry_id") == links
    network.run(
        "INSERT INTO audit_entry (at, verb, target_type, target_id, before, after) "
        "VALUES (CURRENT_TIMESTAMP, 'members.unit.changed', 'thing', '1', NULL, NULL)"
    )
    assert network.manage("seal_audit", "--once") == (0, f"{ENTRIES + 1} entries sealed.\n")
    leaves = network.run('SELECT "index", entry_id FROM audit_leaf ORDER BY "index"')
    assert leaves == [(n, n + 1) for n in range(ENTRIES + 1)]
    status, said = network.manage("verify_audit")
    assert (status, "301 sealed entries, the log is whole." in said) == (0, True)


def test_a_chain_that_was_broken_does_not_stop_the_upgrade_but_is_named(network):
    """An entry altered before the upgrade is sealed as it is; `verify_audit` says where the chain breaks."""
    table = "" if connection.vendor == "sqlite" else " ON audit_entry"
    network.run(f"DROP TRIGGER audit_append_only_update{table}")
    network.run("UPDATE audit_entry SET verb = 'members.unit.created' WHERE sequence = 200")
    network.link.close()
    status, said = network.manage("migrate", "-v", "0")
    assert status == 0, said
    assert network.manage("seal_audit", "--once")[0] == 0
    status, said = network.manage("verify_audit")
    assert status == 1
    assert "- the chain before the log does not fit from entry 200 on" in said


def test_the_digest_is_the_former_one():
    """The walk over the links works hashes out as that release did."""
    import datetime as dt

    _n, key, after, previous, hashed = chain()[6]
    row = (
        7,
        dt.datetime.fromisoformat(AT),
        None,
        "members.unit.changed",
        "thing",
        key,
        None,
        json.loads(after),
    )
    assert digest(row, previous) == hashed
