"""`manage.py serve` as an operator knows it: one command, killed children come back, nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024 * 1024
ASK = """
from changes import perform
from members.models import Person
from reporting.runs import request_run
person, _ = Person.objects.get_or_create(email='p@test.example', affiliation='enterprise', display_name='P')
print(perform(person, request_run, 'trial', {'number': 1, 'format': 'pdf'}).pk)
"""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """A running `serve` with its folder."""

    def __init__(self, var: Path, tables: Path | None = None) -> None:
        """Without a database to copy it only makes one."""
        self.port = free_port()
        self.database = var / "network.sqlite3"
        self.environment = {
            **{key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}},
            "VAR_DIR": str(var),
            "DJANGO_SETTINGS_MODULE": "tests.background.serve_settings",
            "REPORT_STALE_SECONDS": "3",
            "PORT": str(self.port),
        }
        if tables is None:
            self.manage("migrate", "-v", "0")
            return
        shutil.copy(tables, self.database)
        # As a full disk leaves them: the worker has to come up all the same.
        (var / "broker").mkdir(exist_ok=True)
        (var / "broker" / "1_x.upkeep.msg").touch()
        self.log = (var / "serve.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def manage(self, *arguments: str) -> str:
        """Run another management command beside it."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        return done.stdout.strip()

    def said(self) -> str:
        """What it printed so far."""
        return Path(self.log.name).read_text()

    def row(self, query: str, *values: str) -> tuple:
        """One row of its database."""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            return connection.execute(query, values).fetchone()
        finally:
            connection.close()

    def run_row(self, key: str) -> tuple:
        """State, attempts and steps of a report run."""
        return self.row(
            "SELECT state, attempts, done FROM reporting_reportrun WHERE id = ?", key.replace("-", "")
        )

    def children(self, word: str = "") -> list[psutil.Process]:
        """All processes below it, or those with a word in their command."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in found if word in " ".join(child.cmdline())]

    def health(self) -> dict:
        """What /healthz says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            return json.load(answer)


def drip(lines: list[socket.socket], over: threading.Event) -> None:
    """Send a form a byte a second."""
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"
    for line in lines:
        line.sendall(head)
    while not over.wait(1):
        for line in lines:
            line.sendall(b"a")


def wait_for(true, seconds: float) -> None:
    """Wait until it holds."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A database with all tables and nothing in them."""
    return Site(tmp_path_factory.mktemp("tables")).database


@pytest.fixture
def site(tmp_path, tables):
    """A site that is stopped whatever happens."""
    site = Site(tmp_path, tables)
    yield site
    if site.process.poll() is None:
        site.process.send_signal(signal.SIGTERM)
        site.process.wait(20)
    site.log.close()


def test_serve_from_start_to_stop(site):
    """Ready line, report by the real worker, worker killed half-way, report done all the same, clean stop."""
    wait_for(lambda: "Ready: http://127.0.0.1" in site.said(), 60)
    assert site.health()["status"] == "ok"

    web = [child.memory_info().rss for child in site.children("gunicorn")]
    assert max(web) < 250 * MEGABYTE
    everybody = [psutil.Process(site.process.pid), *site.children()]
    assert sum(process.memory_info().rss for process in everybody) < 450 * MEGABYTE

    key = site.manage("shell", "-v", "0", "-c", ASK).splitlines()[-1]
    wait_for(lambda: site.run_row(key)[0] == "running" and site.run_row(key)[2] > 3, 20)
    # The only worker is busy for seconds; the history is sealed all the same.
    wait_for(lambda: site.row("SELECT count(*) FROM audit_leaf") >= (1,), 10)
    assert site.run_row(key)[0] == "running"
    everyone = site.children()
    leader = min(
        site.children("celery"), key=lambda child: ("worker" not in child.cmdline(), child.create_time())
    )
    assert "worker" in leader.cmdline()
    leader.kill()
    wait_for(lambda: site.run_row(key)[0] == "done", 55)
    assert site.run_row(key)[1] == 2
    assert "worker started again" in site.said()

    (sealer,) = site.children("seal_audit")
    sealer.kill()
    wait_for(lambda: "sealer started again" in site.said(), 10)
    wait_for(lambda: site.health()["history"] == {"unsealed_seconds": None}, 20)
    assert "the log is whole" in site.manage("verify_audit")

    wait_for(lambda: all(sign["alive"] for sign in site.health()["background"].values()), 30)
    everyone += site.children()
    began = time.monotonic()
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(15) == 0
    assert time.monotonic() - began < 12
    _gone, alive = psutil.wait_procs(everyone, timeout=2)
    assert alive == []
    assert "Stopped." in site.said()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", site.port)) != 0


def test_neither_slow_lines_nor_a_killed_master_keep_visitors_waiting(site):
    """200 that send nothing and 50 that send a byte a second; then the master dies, and no visit fails."""
    wait_for(lambda: "Ready: http://127.0.0.1" in site.said(), 60)
    over = threading.Event()
    lines = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(250)]
    dripping = threading.Thread(target=drip, args=(lines[200:], over))
    dripping.start()
    try:
        for _ in range(10):
            assert site.health()["status"] == "ok"
            time.sleep(0.2)
    finally:
        over.set()
        dripping.join()
        for line in lines:
            line.close()
    master = min(site.children("gunicorn"), key=lambda child: child.create_time())
    master.kill()
    until = time.monotonic() + 60
    while "web started again" not in site.said():
        assert time.monotonic() < until
        assert site.health()["status"] == "ok"
    for _ in range(40):
        assert site.health()["status"] == "ok"
        time.sleep(0.2)
    wait_for(lambda: site.health()["background"]["worker"]["alive"], 60)
    assert "worker ended" not in site.said()
    assert not (site.database.parent / "broker" / "1_x.upkeep.msg").exists()


def test_serve_when_the_database_is_behind(tmp_path):
    """Without migrations it says what to do, and starts nothing."""
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(free_port())],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
