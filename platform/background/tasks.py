"""Heartbeats: noted by the schedule when it sends, and by the worker of each queue when it does what was sent."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import beat_init, before_task_publish
from django.conf import settings
from django.db import DatabaseError

from background.actions import beat as note_beat
from background.queries import SCHEDULE, worker_of

logger = logging.getLogger(__name__)


@shared_task(name="background.beat", expires=60)
def beat(queue: str) -> None:
    """Note that a worker does what waits in this queue."""
    note_beat(worker_of(queue))


@before_task_publish.connect(sender="background.beat")
def note_schedule(**_event: Any) -> None:
    """Note that the schedule sends; done in its own process, so that a dead worker does not hide it."""
    try:
        note_beat(SCHEDULE)
    except DatabaseError:
        logger.warning("The schedule's heartbeat could not be noted.", exc_info=True)


@beat_init.connect
def beat_at_once(**_event: Any) -> None:
    """Beat when the schedule starts, so that a fresh site shows its health without waiting for the first interval."""
    for queue in settings.CELERY_TASK_QUEUES:
        beat.apply_async((queue.name,), queue=queue.name)
