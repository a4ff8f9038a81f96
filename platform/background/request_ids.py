"""The id of the request that is being answered, or that started the task being done: it stands in every log line.

It goes with a task's message, so that a mail that could not be sent is found by the request of the page that asked.
"""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar, Token
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

HEADER = "request_id"
_SHAPE = re.compile(r"[A-Za-z0-9-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")
_tokens: dict[str, Token[str]] = {}


def current() -> str:
    """Return the id; "" outside of any request."""
    return _current.get()


def begin(given: str) -> Token[str]:
    """Take the id that the proxy gave, or a new one where that is none; `end` it with what is returned."""
    return _current.set(given if _SHAPE.fullmatch(given) else uuid.uuid4().hex)


def end(token: Token[str]) -> None:
    """Forget the id."""
    _current.reset(token)


def connect() -> None:
    """Let tasks carry the id."""
    before_task_publish.connect(_send, dispatch_uid="request_ids.send")
    task_prerun.connect(_take, dispatch_uid="request_ids.take")
    task_postrun.connect(_leave, dispatch_uid="request_ids.leave")


def _send(headers: dict[str, Any] | None = None, **_event: Any) -> None:
    if headers is not None and current():
        headers[HEADER] = current()


def _take(task_id: str = "", task: Any = None, **_event: Any) -> None:
    # A task that nobody asked for, the schedule's, is known by its own id.
    given = (
        getattr(task.request, HEADER, None)
        or (task.request.headers or {}).get(HEADER)
        or current()
        or task_id
    )
    _tokens[task_id] = begin(str(given))


def _leave(task_id: str = "", **_event: Any) -> None:
    token = _tokens.pop(task_id, None)
    if token is not None:
        end(token)
