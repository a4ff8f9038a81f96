"""What the web server is asked beside serving: `manage.py serve` gives this to it."""

from __future__ import annotations

from typing import Any

from portal.warm import keep_warm


def post_worker_init(worker: Any) -> None:
    """Make the pages most people come in by ahead of time, in each web process by itself."""
    keep_warm(worker.wsgi)
