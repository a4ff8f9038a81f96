"""The pages most people come in by are made before anybody asks: at the start, and again before they grow old."""

from __future__ import annotations

import io
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from background.kept import made_ahead

PATHS = ("/", "/instruments/")
EVERY_SECONDS = 20.0
AHEAD_SECONDS = 30.0
"""What has less than this left is made anew; more than `EVERY_SECONDS`, so that nothing runs out between two rounds."""

logger = logging.getLogger(__name__)
Application = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]


def keep_warm(application: Application) -> threading.Thread:
    """Ask for the pages again and again, in every language, from a thread that ends with its process."""

    def ask() -> None:
        while True:
            renew(application)
            time.sleep(EVERY_SECONDS)

    thread = threading.Thread(target=ask, name="warm pages", daemon=True)
    thread.start()
    return thread


def renew(application: Application) -> None:
    """Ask for each page once, as a visitor would; what fails is logged, and tried again next time."""
    for language, _name in settings.LANGUAGES:
        for path in PATHS:
            try:
                with made_ahead(AHEAD_SECONDS):
                    _ask(application, path, language)
            except Exception:
                logger.exception("The page %s could not be made ahead.", path)


def _ask(application: Application, path: str, language: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": _host(),
        "HTTP_ACCEPT_LANGUAGE": language,
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    answer = application(environ, lambda *_answer: None)
    try:
        for _part in answer:
            pass
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _host() -> str:
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return hosts[0] if hosts else "localhost"
