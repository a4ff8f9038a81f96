"""What is counted for the metrics collector: statements of the requests, and tasks by queue and outcome.

Only where METRICS_TOKEN is set. Web processes and workers keep their counts in files, so that one scrape sees them all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.core.signals import request_started
from django.db import connection
from prometheus_client import Counter, Histogram

SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
STATEMENTS = Histogram(
    "open_instruments_sql_seconds", "Time of a statement of a request.", ["outcome"], buckets=SECONDS
)
TASKS = Counter("open_instruments_tasks", "Tasks that ended.", ["queue", "outcome"])
TASK_SECONDS = Counter("open_instruments_task_seconds", "Time spent on tasks.", ["queue"])
_begun: dict[str, float] = {}


def connect() -> None:
    """Begin to count."""
    request_started.connect(_watch, dispatch_uid="counts.watch")
    task_prerun.connect(_begin, dispatch_uid="counts.begin")
    task_postrun.connect(_end, dispatch_uid="counts.end")


def _watch(**_event: Any) -> None:
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    began, outcome = time.perf_counter(), "failed"
    try:
        done = execute(sql, params, many, context)
        outcome = "done"
        return done
    finally:
        STATEMENTS.labels(outcome).observe(time.perf_counter() - began)


def _begin(task_id: str = "", **_event: Any) -> None:
    _begun[task_id] = time.perf_counter()


def _end(task_id: str = "", task: Any = None, state: str = "", **_event: Any) -> None:
    queue = (task.request.delivery_info or {}).get("routing_key") or "none"
    TASKS.labels(queue, state.lower() or "unknown").inc()
    TASK_SECONDS.labels(queue).inc(time.perf_counter() - _begun.pop(task_id, time.perf_counter()))
