"""A worker that is told to stop gives its long work back: the next one need not wait for its silence."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from celery.signals import worker_shutting_down
from celery.worker import state
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)
_ways: dict[str, Callable[[Any], object]] = {}


def gives_back(task: str, way: Callable[[Any], object]) -> None:
    """Name what gives the work of a task back; it is called with the task's first argument."""
    _ways[task] = way


@worker_shutting_down.connect
def give_back(**_event: Any) -> threading.Thread:
    """Give back all that this worker has under way, beside the signal that is being handled."""
    held = [
        (_ways[each.name], each.info()["args"][0]) for each in state.active_requests if each.name in _ways
    ]
    thread = threading.Thread(target=_give_back, args=(held,), name="giving back")
    thread.start()
    return thread


def _give_back(held: list[tuple[Callable[[Any], object], Any]]) -> None:
    try:
        for way, key in held:
            way(key)
    except DatabaseError:
        logger.warning("Work could not be given back; it is taken up after its silence.", exc_info=True)
    finally:
        connection.close()
