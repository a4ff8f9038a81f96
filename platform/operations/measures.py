"""Figures for a metrics collector, asked at each scrape: which parts are up, what waits, how long, what failed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, models
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import registry as registries
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from audit.sealing import unsealed_age
from background import jobs
from notices.models import MailState, Notice
from operations import health
from reporting.models import ReportRun, RunState

REPORT, MAIL = "report", "mail"


def exposition() -> bytes:
    """All figures as text: those of this process, or of all web processes at this port, and those of the site.

    What the workers of this machine counted stands beside them, the same at every port.
    """
    counted: CollectorRegistry = registries.REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        counted.register(Counted())
    site = CollectorRegistry()
    site.register(OfTheSite())
    return generate_latest(counted) + generate_latest(site)


class Counted(registries.Collector):
    """Adds up what the web processes of this port and the workers of this machine wrote into their files."""

    def collect(self) -> Iterator[Metric]:
        """Yield the sums."""
        folders = [Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]), *(settings.VAR / "metrics").glob("worker-*")]
        files = [str(path) for folder in folders for path in folder.glob("*.db")]
        yield from MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]


class OfTheSite(registries.Collector):
    """Asks the database once for each kind of work; what cannot be asked is left out, and `up` says why."""

    def collect(self) -> Iterator[Metric]:
        """Yield the figures."""
        up = GaugeMetricFamily("open_instruments_up", "Whether a part of the site is up.", labels=["part"])
        for part in health.PARTS:
            up.add_metric([part], float(health.state_of(part).is_up))
        yield up
        try:
            yield from _work()
        except (DatabaseError, InterfaceError):
            return


def _work() -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "open_instruments_waiting", "Pieces of work that wait or are under way.", labels=["kind"]
    )
    oldest = GaugeMetricFamily(
        "open_instruments_oldest_seconds", "Age of the oldest of them, 0 without any.", labels=["kind"]
    )
    failed = GaugeMetricFamily(
        "open_instruments_failed", "Pieces of work that failed for good.", labels=["kind"]
    )
    now = timezone.now()
    for kind, model, since, open_states, failed_state, field in _kinds():
        rows = model._default_manager.filter(**{f"{field}__in": open_states})
        found = rows.aggregate(count=Count("pk"), since=Min(since))
        waiting.add_metric([kind], found["count"])
        oldest.add_metric([kind], _seconds(now, found["since"]))
        failed.add_metric([kind], model._default_manager.filter(**{field: failed_state}).count())
    yield from (waiting, oldest, failed)
    yield GaugeMetricFamily(
        "open_instruments_unsealed_seconds",
        "Age of the oldest unsealed entry of the history.",
        unsealed_age(now) or 0.0,
    )


def _kinds() -> Iterator[tuple[str, type[models.Model], str, tuple[str, ...], str, str]]:
    """Each kind of work: its name, rows, since when they wait, the open states, the failed one, and their field."""
    yield REPORT, ReportRun, "created_at", (RunState.QUEUED, RunState.RUNNING), RunState.FAILED, "state"
    yield MAIL, Notice, "created_at", (MailState.PENDING, MailState.SENDING), MailState.FAILED, "mail_state"
    for model in apps.get_models():
        if issubclass(model, jobs.Job):
            yield str(model._meta.model_name), model, "started_at", jobs.OPEN, jobs.FAILED, "state"


def _seconds(now: dt.datetime, since: Any) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
