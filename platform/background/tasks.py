"""The heartbeat: noted by the schedule when it sends, and by a worker when it does what was sent."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import beat_init, before_task_publish
from django.db import DatabaseError

from background.actions import beat as note_beat
from background.queries import SCHEDULE, WORKER

logger = logging.getLogger(__name__)


@shared_task(name="background.beat", expires=60)
def beat() -> None:
    """Note that a worker works."""
    note_beat(WORKER)


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
    beat.delay()
