"""The log says each failure once a minute, and an outage in one line: who looks for a cause must find it.

Every line bears the id of its request; as JSON, for programs, or as a line for people.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
import time
import traceback
from collections.abc import Hashable
from threading import Lock

from django.db import InterfaceError, OperationalError

from background import request_ids

SILENT_SECONDS = 60.0
MOST_KEPT = 500
FAILED = 500
OUTAGES = (OperationalError, InterfaceError, OSError)
"""What says by its own words what is away; its traceback only tells where somebody noticed."""


class OncePerMinute(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes a failure with its traceback, then counts those of the same place and kind for a minute.

    The next one that is written says how many were left out. An answer of 500 and above is a failure of its status;
    what is none, and carries no exception, is written as it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[Hashable, tuple[float, int]] = {}
        self._guard = Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or only count it."""
        error = record.exc_info[1] if record.exc_info else None
        status = getattr(record, "status_code", 0)
        if error is None and status < FAILED:
            super().emit(record)
            return
        cause = _root(error) if error else None
        what = (type(cause), _place(cause)) if cause else (status,)
        left_out = self._count((record.name, record.msg, *what))
        if left_out is None:
            return
        record = copy.copy(record)
        text = record.getMessage()
        if isinstance(error, OUTAGES) or isinstance(cause, OUTAGES):
            words = str(cause).strip().splitlines() or [""]
            text = f"{text} {type(cause).__name__}: {words[0]}"
            record.exc_info = record.exc_text = None
        if left_out:
            text = f"{text} ({left_out} more like it were left out)"
        record.msg, record.args = text, ()
        super().emit(record)

    def _count(self, key: Hashable) -> int | None:
        """Return how many like it were left out before this one; None where this one is left out too."""
        now = time.monotonic()
        with self._guard:
            since, left_out = self._seen.get(key, (None, 0))
            if since is not None and now - since < SILENT_SECONDS:
                self._seen[key] = (since, left_out + 1)
                return None
            if len(self._seen) >= MOST_KEPT:
                self._seen.clear()
            self._seen[key] = (now, 0)
            return left_out


class WithRequest(logging.Filter):
    """Gives each record the id of the request, or "-" outside of any."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add it; every record passes."""
        record.request_id = request_ids.current() or "-"
        return True


class AsJson(logging.Formatter):
    """One object a line; whatever people write into it stays within its string."""

    def format(self, record: logging.LogRecord) -> str:
        """Write moment, level, place, process, request and what is said."""
        said = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def _root(error: BaseException) -> BaseException:
    """Return what was raised first of a chain."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        error = error.__cause__ or error.__context__ or error
    return error


def _place(error: BaseException) -> tuple[str, int | None]:
    """Return file and line at which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return (frames[-1].filename, frames[-1].lineno) if frames else ("", None)
