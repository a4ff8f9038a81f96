"""`manage.py serve`: web, worker, schedule and sealer with one command; stops them all on Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import shutil
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from background.folder_broker import sweep
from background.supervisor import BIND, Plan, become
from safeguards.pending import pending_migrations
from safeguards.triggers import missing

DATABASE_EVERY_SECONDS = 0.5
PARTS = ("web", "worker", "schedule", "sealer")


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
        commands, environment = _commands(options), _environment(options)
        # Whoever comes after must not share the connection.
        connection.close()
        sys.stdout.flush()
        if options["only"]:
            command = commands[options["only"]]
            os.execve(command[0], command, environment)  # noqa: S606 - our own interpreter
        else:
            address = f"http://{_reachable(options['host'])}:{options['port']}"
            become(Plan(commands, environment, options["host"], options["port"], address, _headers()))

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
                    self.stdout.write(f"Waiting for the database: {said}")
                    self.stdout.flush()
                time.sleep(DATABASE_EVERY_SECONDS)
            else:
                return


def _environment(options: dict[str, Any]) -> dict[str, str]:
    root = Path(settings.ROOT)
    paths = [str(root), str(root / "platform"), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        # glibc keeps an arena per thread; two are enough for 8 threads and keep the process small.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
        # This command has checked the project; each process again would cost a second and all the pages' modules.
        "CELERY_SKIP_CHECKS": "1",
        **_metrics_folder(options),
    }


def _commands(options: dict[str, Any]) -> dict[str, list[str]]:
    """The command of each process; all together on the embedded database, the worker keeps the schedule too."""
    root = Path(settings.ROOT)
    is_small = connection.vendor == "sqlite" and options["only"] is None
    web_workers = options["web_workers"] or (1 if connection.vendor == "sqlite" else 2)
    python = [sys.executable, "-m"]
    level = os.environ.get("LOG_LEVEL", "WARNING").lower()
    celery = [*python, "celery", "-q", "-A", "config", "--workdir", str(root)]
    timetable = str(Path(settings.VAR) / "schedule")
    pool = (
        ["--pool", "solo", "--schedule-within", timetable]
        if is_small
        else [
            "--pool", "prefork", "--concurrency", str(options["task_workers"]), "--max-memory-per-child", "400000",
        ]
    )  # fmt: skip
    commands = {
        "web": [
            *python, "gunicorn", "config.wsgi:application", "--config", "python:config.web",
            "--bind", f"{options['host']}:{options['port']}" if options["only"] else BIND,
            "--worker-class", "config.patient_worker.PatientWorker",
            "--workers", str(web_workers), "--threads", str(options["threads"]),
            # Several share what is loaded before they part; for one alone it would be there twice.
            *(["--preload"] if web_workers > 1 else []),
            "--graceful-timeout", "3", "--timeout", "60", "--keep-alive", "5", "--no-control-socket",
            "--log-level", level, "--chdir", str(root),
        ],
        "worker": [
            *celery, "worker", *pool, "--without-gossip", "--without-mingle", "--without-heartbeat",
            "--loglevel", level, *(["--queues", options["queues"]] if options["queues"] else []),
        ],
        "schedule": [*celery, "beat", "--pidfile", "", "--schedule", timetable, "--loglevel", level],
        # A process of its own: sealing within two seconds must not wait for a report or a round in the worker.
        "sealer": [sys.executable, str(root / "manage.py"), "seal_audit"],
    }  # fmt: skip
    if is_small:
        del commands["schedule"]
    return commands


def _metrics_folder(options: dict[str, Any]) -> dict[str, str]:
    """Where processes that are scraped together add up their counts; begins anew with each start."""
    if not settings.METRICS_TOKEN or options["only"] in {"schedule", "sealer"}:
        return {}
    is_worker = options["only"] == "worker"
    name = f"worker-{options['queues'].replace(',', '-') or 'all'}" if is_worker else str(options["port"])
    folder = Path(settings.VAR) / "metrics" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


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


def _headers() -> dict[str, str]:
    """How the proxy in front would ask: else the production settings only send on to https."""
    host = next((name for name in settings.ALLOWED_HOSTS if "*" not in name), "")
    return {"X-Forwarded-Proto": "https", **({"Host": host.lstrip(".")} if host else {})}
