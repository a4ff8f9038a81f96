"""Signs of life of the background processes."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from django.conf import settings
from django.utils import timezone

from background.models import Heartbeat

SCHEDULE = "schedule"
WORKER = "worker"


def worker_of(queue: str) -> str:
    """Name the heartbeat of whoever serves a queue: `worker` for upkeep, `worker.QUEUE` for each other."""
    return WORKER if queue == settings.CELERY_TASK_DEFAULT_QUEUE else f"{WORKER}.{queue}"


WORKERS = tuple(sorted(worker_of(queue.name) for queue in settings.CELERY_TASK_QUEUES))
PROCESSES = (SCHEDULE, *WORKERS)
SILENT_AFTER = dt.timedelta(seconds=90)
"""Four beats missed in a row, and a little."""


class SignOfLife(TypedDict):
    """When a process last beat (None: never) and whether that is recent enough; plain, ready for JSON."""

    at: dt.datetime | None
    alive: bool


def signs_of_life(now: dt.datetime | None = None) -> dict[str, SignOfLife]:
    """One sign per process: `schedule`, `worker`, and `worker.QUEUE` for the other queues; one query."""
    moment = now or timezone.now()
    beats = dict(Heartbeat.objects.filter(name__in=PROCESSES).values_list("name", "at"))
    signs: dict[str, SignOfLife] = {}
    for name in PROCESSES:
        at = beats.get(name)
        signs[name] = {"at": at, "alive": at is not None and moment - at < SILENT_AFTER}
    return signs
