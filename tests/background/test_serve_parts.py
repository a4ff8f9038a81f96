"""`manage.py serve --only PART`: the command becomes one process, with the same checks and the same command line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from background.management.commands import serve
from background.processes import Child

pytestmark = pytest.mark.django_db


@pytest.fixture
def become(monkeypatch, tmp_path, settings):
    """Runs the command; returns what it would have turned into."""
    settings.REPORT_ROOT = tmp_path / "reports"
    monkeypatch.setattr(connection, "close", lambda: None)
    told = []
    monkeypatch.setattr(serve.os, "execve", lambda *given: told.append(given))

    def run(*arguments: str):
        call_command("serve", *arguments)
        (given,) = told
        return given

    return run


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("web", ["gunicorn", "config.wsgi:application"]),
        ("worker", ["celery", "worker"]),
        ("schedule", ["celery", "beat"]),
        ("sealer", ["seal_audit"]),
    ],
)
def test_it_becomes_the_one_that_was_named(become, part, words):
    """This interpreter, that part, paths set."""
    program, command, environment = become("--only", part)
    assert program == sys.executable
    assert [word for word in command if word in words] == words
    assert environment["PYTHONPATH"].split(":")[1].endswith("/platform")


def test_queues_are_handed_to_the_worker(become):
    """One worker for what is short."""
    _program, command, _environment = become(
        "--only", "worker", "--queues", "mail,upkeep", "--task-workers", "3"
    )
    assert command[command.index("--queues") + 1] == "mail,upkeep"
    assert command[command.index("--concurrency") + 1] == "3"


def test_without_queues_the_worker_serves_all(become):
    """Celery's own default is then every queue of the settings."""
    assert "--queues" not in become("--only", "worker")[1]


def test_all_together_are_kept_by_a_small_program(become):
    """On the embedded database the worker keeps the schedule in its own process, on PostgreSQL each has its own."""
    _program, command, environment = become()
    assert command == [sys.executable, "-m", "background.supervisor"]
    commands = json.loads(environment["SERVE_PLAN"])["commands"]
    is_small = connection.vendor == "sqlite"
    assert list(commands) == ["web", "worker", *([] if is_small else ["schedule"]), "sealer"]
    worker = commands["worker"]
    assert worker[worker.index("--pool") + 1] == ("solo" if is_small else "prefork")
    assert ("--schedule-within" in worker, "--preload" in commands["web"]) == (is_small, not is_small)


def test_a_worker_by_itself_leaves_the_schedule_to_its_own_process(become):
    """On either database."""
    _program, command, _environment = become("--only", "worker")
    assert "--schedule-within" not in command
    assert command[command.index("--pool") + 1] == "prefork"


def test_the_small_program_knows_no_django():
    """It would be ten times as large."""
    ask = "import sys, background.supervisor; print('django' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", ask], text=True) == "False\n"


def test_a_missing_guard_stops_it_before(become, monkeypatch):
    """The same refusal as for all together, with the way back."""
    monkeypatch.setattr(serve, "missing", lambda: ["booking_no_overlap"])
    with pytest.raises(CommandError, match="doctor --mend"):
        become("--only", "web")


def test_it_waits_for_a_database_that_starts_beside_it(become, monkeypatch, capsys):
    """Said once, however often it is asked."""
    refusals = iter([OperationalError("connection refused\nIs it running?")] * 3)
    naps = []

    def connect():
        for refusal in refusals:
            raise refusal

    monkeypatch.setattr(connection, "ensure_connection", connect)
    monkeypatch.setattr(serve.time, "sleep", naps.append)
    become("--only", "sealer")
    assert capsys.readouterr().out == "Waiting for the database: connection refused\n"
    assert naps == [0.5] * 3


def test_a_child_that_was_never_started_is_neither_tended_nor_ended():
    """It runs nothing, and no signal goes anywhere."""
    child = Child("web", ["false"], {})
    child.ask_to_stop(signal.SIGTERM)
    child.end()
    assert (child.tend(), child.is_running(), child.process) == ("", False, None)
