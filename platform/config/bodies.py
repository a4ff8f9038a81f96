"""Bodies that arrive whole, or not at all: a broken line must never look like a shorter request."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

MOST_CHUNKED_BYTES = 6 * 1024 * 1024
"""A body in chunks is gathered in memory, so it has a bound above what any form or call of ours takes."""
STEP_BYTES = 64 * 1024

Environment: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environment, Any], Iterable[bytes]]


class WholeBody:
    """The input of one request; raises OSError where it ends before the length that was announced.

    Django turns that into its UnreadablePostError, for JSON, forms and files alike.
    """

    def __init__(self, stream: Any, length: int) -> None:
        self._stream, self._missing = stream, length

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or what is left for a negative size. Raises OSError for a body that broke off."""
        wanted = self._missing if size < 0 else min(size, self._missing)
        return self._counted(self._stream.read(wanted), wanted) if wanted else b""

    def readline(self, size: int = -1) -> bytes:
        """Return one line, at most `size` bytes of it. Raises OSError for a body that broke off."""
        wanted = self._missing if size < 0 else min(size, self._missing)
        line: bytes = self._stream.readline(wanted) if wanted else b""
        return self._counted(line, len(line) if line.endswith(b"\n") else wanted)

    def _counted(self, data: bytes, wanted: int) -> bytes:
        self._missing -= len(data)
        if len(data) < wanted:
            raise OSError("The body broke off.")
        return data


def whole_bodies(application: Application) -> Application:
    """Wrap a WSGI application so that it reads every body whole or gets an error.

    A body in chunks has no length and Django would read it as empty: it is gathered first, and told as too long or
    as broken off by a length that does not fit.
    """

    def serve(environment: Environment, start_response: Any) -> Iterable[bytes]:
        length = environment.get("CONTENT_LENGTH") or ""
        if not length and environment.get("HTTP_TRANSFER_ENCODING"):
            data, is_whole = _gathered(environment["wsgi.input"])
            length = str(len(data) + (0 if is_whole else 1))
            environment |= {"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": length}
        if length.isdecimal():
            environment["wsgi.input"] = WholeBody(environment["wsgi.input"], int(length))
        return application(environment, start_response)

    return serve


def _gathered(stream: Any) -> tuple[bytes, bool]:
    """What arrived of a body in chunks, and whether that is all; reading stops past the bound."""
    gathered = bytearray()
    try:
        while len(gathered) <= MOST_CHUNKED_BYTES:
            data = stream.read(STEP_BYTES)
            if not data:
                return bytes(gathered), True
            gathered += data
    except (OSError, ParseException):
        return bytes(gathered), False
    return bytes(gathered), False
