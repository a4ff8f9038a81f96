"""`manage.py serve`: web, worker, schedule and sealer with one command; stops them all on Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from background.folder_broker import sweep
from background.processes import ORPHAN_SECONDS, Child, listen, stop_all
from safeguards.pending import pending_migrations
from safeguards.triggers import missing

PARTS = ("web", "worker", "schedule", "sealer")
GENTLE_SECONDS = 4.0
FIRM_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.2
DATABASE_EVERY_SECONDS = 0.5


class Command(BaseCommand):
    """Serve the network: gunicorn, a Celery worker, the schedule and the sealer, watched and restarted."""

    help = (
        "Serve the network: web pages, background worker, schedule and the history's sealer, in one command."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Every option can also come from the environment."""
        environment = os.environ.get
        parser.add_argument("--host", default=environment("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(environment("PORT", "8000")))
        parser.add_argument(
            "--web-workers",
            type=int,
            default=int(environment("WEB_WORKERS", "0")),
            help="Web processes; without it 1 on the embedded database, 2 on PostgreSQL.",
        )
        parser.add_argument("--threads", type=int, default=int(environment("WEB_THREADS", "8")))
        parser.add_argument(
            "--task-workers",
            type=int,
            default=int(environment("TASK_WORKERS", "1")),
            help="Tasks worked on at the same time.",
        )
        parser.add_argument(
            "--queues",
            default=environment("QUEUES", ""),
            help="Queues the worker serves, with commas between; all without it.",
        )
        parser.add_argument(
            "--only",
            choices=PARTS,
            help="Become this one process, for a service manager or containers that watch each by itself.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        self._wait_for_database()
        _refuse_pending_migrations()
        _refuse_missing_guards()
        _make_folders()
        if options["only"]:
            _become(next(child for child in _children(options) if child.name == options["only"]))
            return
        stopping: list[int] = []

        def stop(number: int, _frame: FrameType | None) -> None:
            stopping.append(number)

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        # Kept open here while web processes come and go: whoever connects meanwhile waits, and is not refused.
        listening = _listening(options["host"], options["port"])
        children = _children(options, listening.fileno())
        # The parent's connection must not be shared with anybody.
        connection.close()
        try:
            for child in children:
                child.start()
            self._watch(children, stopping, f"http://{_reachable(options['host'])}:{options['port']}")
        finally:
            listening.close()
            stop_all(children, gentle_seconds=GENTLE_SECONDS, firm_seconds=FIRM_SECONDS)
        self._say("Stopped.")

    def _wait_for_database(self) -> None:
        """Begin when the database answers: what is started beside it, or with it, need not die for its start."""
        said = ""
        while True:
            try:
                connection.ensure_connection()
            except OperationalError as error:
                words = str(error).strip().splitlines() or [""]
                if words[0] != said:
                    said = words[0]
                    self._say(f"Waiting for the database: {said}")
                time.sleep(DATABASE_EVERY_SECONDS)
            else:
                return

    def _watch(self, children: list[Child], stopping: list[int], address: str) -> None:
        is_ready = False
        while not stopping:
            for child in children:
                said = child.tend()
                if said:
                    self._say(said)
            if not is_ready and _answers(f"{address}/healthz"):
                is_ready = True
                self._say(f"Ready: {address}/ (Ctrl-C stops)")
            time.sleep(LOOK_EVERY_SECONDS)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _children(options: dict[str, Any], listening: int | None = None) -> list[Child]:
    root = Path(settings.ROOT)
    paths = [str(root), str(root / "platform"), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        # glibc keeps an arena per thread; two are enough for 8 threads and keep the process small.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
    }
    web_workers = options["web_workers"] or (1 if connection.vendor == "sqlite" else 2)
    python = [sys.executable, "-m"]
    level = os.environ.get("LOG_LEVEL", "WARNING").lower()
    web = [
        *python, "gunicorn", "config.wsgi:application", "--config", "python:config.web",
        "--bind", f"{options['host']}:{options['port']}" if listening is None else f"fd://{listening}",
        "--worker-class", "config.patient_worker.PatientWorker",
        "--workers", str(web_workers), "--threads", str(options["threads"]),
        "--graceful-timeout", "3", "--timeout", "60", "--preload", "--keep-alive", "5", "--no-control-socket",
        "--log-level", level, "--chdir", str(root),
    ]  # fmt: skip
    worker = [
        *python, "celery", "-q", "-A", "config", "--workdir", str(root), "worker", "--pool", "prefork",
        "--concurrency", str(options["task_workers"]), "--without-gossip", "--without-mingle",
        "--without-heartbeat", "--max-memory-per-child", "400000", "--loglevel", level,
        *(["--queues", options["queues"]] if options["queues"] else []),
    ]  # fmt: skip
    schedule = [
        *python, "celery", "-q", "-A", "config", "--workdir", str(root), "beat", "--pidfile", "",
        "--schedule", str(Path(settings.VAR) / "schedule"), "--loglevel", level,
    ]  # fmt: skip
    # A process of its own: sealing within two seconds must not wait for a report or a round in the worker.
    sealer = [sys.executable, str(root / "manage.py"), "seal_audit"]
    if options["only"] in {None, "web"}:
        environment |= _metrics_folder(str(options["port"]))
    elif options["only"] == "worker":
        environment |= _metrics_folder(f"worker-{options['queues'].replace(',', '-') or 'all'}")
    commands = zip(PARTS, (web, worker, schedule, sealer), strict=True)
    children = [Child(name, command, environment) for name, command in commands]
    if listening is not None:
        children[0].files, children[0].orphan_seconds = [listening], ORPHAN_SECONDS
    return children


def _metrics_folder(name: str) -> dict[str, str]:
    """Where processes that are scraped together add up their counts; begins anew with each start."""
    if not settings.METRICS_TOKEN:
        return {}
    folder = Path(settings.VAR) / "metrics" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def _listening(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise CommandError(f"Nobody can listen at {host}:{port}: {error}") from error


def _become(child: Child) -> None:
    """Turn into one of the processes: signals reach it, and its end is seen by who started us."""
    connection.close()
    sys.stdout.flush()
    os.execve(child.command[0], list(child.command), dict(child.environment))  # noqa: S606 - our own interpreter


def _refuse_pending_migrations() -> None:
    if pending_migrations():
        raise CommandError("The database is not up to date. Run `manage.py migrate` first.")


def _refuse_missing_guards() -> None:
    absent = missing()
    if absent:
        raise CommandError(
            f"Guards of the database are missing or switched off: {', '.join(absent)}. Without them time could be "
            "booked twice and the history rewritten. Run `manage.py doctor --mend` to put them back, then "
            "`manage.py verify_audit` to see whether anything happened meanwhile."
        )


def _make_folders() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    folders = [options[key] for key in ("data_folder_in", "control_folder") if key in options]
    for folder in (settings.VAR, settings.REPORT_ROOT, *folders):
        Path(folder).mkdir(parents=True, exist_ok=True)
    for folder in folders:
        sweep(Path(folder))


def _reachable(host: str) -> str:
    """An address a browser on this machine can open."""
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (compared, not bound)


def _answers(address: str) -> bool:
    # As the proxy in front would ask: else the production settings only send on to https.
    host = next((name for name in settings.ALLOWED_HOSTS if "*" not in name), "")
    headers = {"X-Forwarded-Proto": "https", **({"Host": host.lstrip(".")} if host else {})}
    try:
        asked = urllib.request.Request(address, headers=headers)  # noqa: S310 (our own http address)
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
