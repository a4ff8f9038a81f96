"""/metrics: for whom has the token, exact figures of what waits, and no page for anybody else."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys

import pytest
import time_machine
from django.db import OperationalError, connection

from background.management.commands import serve
from background.queries import PROCESSES
from notices.models import MailState, Notice
from reporting.models import ReportRun, RunState
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 27, 4, 0, tzinfo=dt.UTC)  # a Friday
TOKEN = "collector-of-the-test"


@pytest.fixture
def figures(client, settings):
    """What a scrape says of the site, by name and labels."""
    settings.METRICS_TOKEN = TOKEN
    settings.REDIS_URL = ""

    def scrape() -> dict[str, float]:
        with time_machine.travel(NOW, tick=False):
            answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/plain")
        lines = [
            line for line in answer.content.decode().splitlines() if line.startswith("open_instruments_")
        ]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return scrape


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}])
def test_no_such_page_without_the_token(client, settings, header):
    """Wrong, missing, without its scheme, and with the setting empty."""
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=header).status_code == 404
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_what_waits_and_what_failed(figures):
    """By kind, the oldest in seconds."""
    person = PersonFactory()
    for state, minutes in (
        (RunState.QUEUED, 3),
        (RunState.RUNNING, 5),
        (RunState.FAILED, 9),
        (RunState.CANCELLED, 9),
    ):
        ReportRun.objects.create(
            kind="trial", requested_by=person, state=state, created_at=NOW - dt.timedelta(minutes=minutes)
        )
    Notice.objects.create(
        person=person, kind="x", mail_state=MailState.PENDING, created_at=NOW - dt.timedelta(seconds=7)
    )
    told = figures()
    assert {name: told[name] for name in told if "unsealed" not in name and "_up{" not in name} == {
        'open_instruments_waiting{kind="report"}': 2.0,
        'open_instruments_waiting{kind="mail"}': 1.0,
        'open_instruments_waiting{kind="metricsnapshot"}': 0.0,
        'open_instruments_waiting{kind="scoringrun"}': 0.0,
        'open_instruments_oldest_seconds{kind="report"}': 300.0,
        'open_instruments_oldest_seconds{kind="mail"}': 7.0,
        'open_instruments_oldest_seconds{kind="metricsnapshot"}': 0.0,
        'open_instruments_oldest_seconds{kind="scoringrun"}': 0.0,
        'open_instruments_failed{kind="report"}': 1.0,
        'open_instruments_failed{kind="mail"}': 0.0,
        'open_instruments_failed{kind="metricsnapshot"}': 0.0,
        'open_instruments_failed{kind="scoringrun"}': 0.0,
    }
    assert told["open_instruments_unsealed_seconds"] == 0.0
    assert {name: told[name] for name in told if "_up{" in name} == {
        'open_instruments_up{part="database"}': 1.0,
        'open_instruments_up{part="redis"}': 1.0,
        **{f'open_instruments_up{{part="{name}"}}': 0.0 for name in PROCESSES},
        'open_instruments_up{part="sealer"}': 1.0,
    }


def test_without_a_database_it_still_says_so(figures):
    """A collector that got an error would not know why."""

    def refuse(execute, sql, params, many, context):
        raise OperationalError("gone") from OSError("gone")

    with connection.execute_wrapper(refuse):
        told = figures()
    assert set(told) == {f'open_instruments_up{{part="{part}"}}' for part in serve_parts()}
    assert told['open_instruments_up{part="database"}'] == 0.0


def serve_parts() -> tuple[str, ...]:
    """What a monitor can ask for."""
    return ("database", "redis", *PROCESSES, "sealer")


def test_web_processes_count_together(settings, tmp_path):
    """A folder for each port, emptied at each start, and none without a token."""
    settings.VAR, settings.METRICS_TOKEN = tmp_path, ""
    options = {"only": None, "queues": "", "port": 8000}
    assert serve._metrics_folder(options) == {}
    settings.METRICS_TOKEN = TOKEN
    old = tmp_path / "metrics" / "8000" / "counter_1.db"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    assert serve._metrics_folder(options) == {"PROMETHEUS_MULTIPROC_DIR": str(old.parent)}
    assert list(old.parent.iterdir()) == []


COUNTING = """
import os, pathlib, django
django.setup()
from types import SimpleNamespace
from django.core.signals import request_started
from django.db import connection
from operations import counts, measures
task = SimpleNamespace(request=SimpleNamespace(delivery_info={"routing_key": "mail"}))
for state in ("SUCCESS", "SUCCESS", "FAILURE"):
    counts._begin(task_id="1")
    counts._end(task_id="1", task=task, state=state)
request_started.send(None)
request_started.send(None)
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
    try:
        cursor.execute("SELECT nonsense")
    except Exception:
        pass
connection.close()
if os.environ.get("TELL"):
    print("\\n".join(str(sample) for metric in measures.Counted().collect() for sample in metric.samples))
"""


def test_workers_and_web_processes_are_scraped_together(tmp_path):
    """Tasks by queue and outcome of two processes, statements of one; what each wrote stays when it ends."""
    told = ""
    for name in ("worker-mail", "8000"):
        folder = tmp_path / "metrics" / name
        folder.mkdir(parents=True)
        environment = {
            **os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder), "METRICS_TOKEN": TOKEN, "VAR_DIR": str(tmp_path),
            "TELL": "" if name == "worker-mail" else "yes", "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        }  # fmt: skip
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-c", COUNTING],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        told = done.stdout
    tasks = "Sample(name='open_instruments_tasks_total', labels={'outcome': '%s', 'queue': 'mail'}, value=%s,"
    assert tasks % ("success", "4.0") in told
    assert tasks % ("failure", "2.0") in told
    count = "Sample(name='open_instruments_sql_seconds_count', labels={'outcome': '%s'}, value=%s,"
    # One more each: what a new connection is told first.
    assert count % ("done", "4.0") in told
    assert count % ("failed", "2.0") in told
