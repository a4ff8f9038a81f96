"""The class of the web processes: threads meet whole requests alone, and a lost master is survived.

Without a proxy in front (`manage.py serve` by itself) whoever sends nothing, or a byte now and then, would hold a
thread: here the requests are gathered by the loop that waits for all connections at once.
"""

from __future__ import annotations

import re
import selectors
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from config.bodies import MOST_CHUNKED_BYTES

ARRIVE_WITHIN_SECONDS = 60.0
"""For a whole request; one that takes longer is let go."""
ORPHAN_SECONDS = 12.0
"""So long a process goes on after its master died: `serve` has started the next ones by then."""
MOST_HEAD_BYTES = 64 * 1024
MOST_GATHERED_BYTES = 64 * 1024 * 1024
"""All unfinished requests of one process together."""
STEP_BYTES = 64 * 1024
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)


class Arriving:
    """The bytes of one request so far."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.wanted: int | None = None
        self.is_chunked = self.expects = False

    def add(self, data: bytes) -> None:
        """Take what came; `wanted` is the length in all, once the head is there."""
        seen = max(0, len(self.data) - 3)
        self.data += data
        if self.wanted is not None or self.is_chunked:
            return
        end = self.data.find(b"\r\n\r\n", seen)
        if end < 0:
            return
        head = bytes(self.data[: end + 2])
        length = _LENGTH.search(head)
        self.is_chunked = _CHUNKED.search(head) is not None
        self.expects = _EXPECTS.search(head) is not None
        self.wanted = end + 4 + (int(length[1]) if length else 0)

    @property
    def is_too_large(self) -> bool:
        """Whether the body is longer than anything the site takes."""
        return max(self.wanted or 0, len(self.data)) > MOST_CHUNKED_BYTES + MOST_HEAD_BYTES

    @property
    def is_whole(self) -> bool:
        """Whether a thread can answer it without waiting; a head that does not end is for the parser to refuse."""
        if self.is_chunked:
            return self.data.endswith(b"\r\n0\r\n\r\n")
        if self.wanted is None:
            return len(self.data) > MOST_HEAD_BYTES
        return len(self.data) >= self.wanted


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Threads as ever, but each connection reaches one only with a whole request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gathered = 0
        self._orphan_since: float | None = None

    def enqueue_req(self, conn: TConn) -> None:
        """Begin to gather a request; called by the loop for new connections and for kept ones that are readable."""
        conn.arriving = Arriving()
        if conn.parser is not None:
            # A body that was read to its end may have brought the beginning of the next request.
            conn.arriving.add(conn.parser.unreader.take_buffered())
        conn.sock.settimeout(0)
        conn.timeout = time.monotonic() + ARRIVE_WITHIN_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        self._gathered += len(conn.arriving.data)
        if conn.arriving.is_whole:
            self._hand_over(conn)

    def on_pending_socket_readable(self, conn: TConn, client: Any) -> None:
        """Take what came; hand a whole request over, let go who hung up or sends too much."""
        try:
            data = client.recv(STEP_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        arriving, knew = conn.arriving, conn.arriving.expects
        self._gathered += len(data)
        arriving.add(data)
        if data and arriving.is_too_large:
            self._let_go(conn, TOO_LARGE)
        elif not data or self._gathered > MOST_GATHERED_BYTES:
            self._let_go(conn)
        elif arriving.is_whole:
            self._hand_over(conn)
        elif arriving.expects and not knew:
            self._say(conn, GO_ON)

    def murder_pending(self) -> None:
        """Let go whose request did not arrive in time."""
        now = time.monotonic()
        while self.pending_conns and self.pending_conns[0].timeout <= now:
            self._let_go(self.pending_conns[0])

    def handle(self, conn: TConn) -> Any:
        """Answer a whole request. Runs in a thread."""
        conn.sock.settimeout(None)
        conn.init()
        conn.parser.unreader.unread(bytes(conn.arriving.data))
        conn.arriving = None
        return super().handle(conn)

    def is_parent_alive(self) -> bool:
        """Go on for a while without a master: the listening socket is not its own, so visitors notice nothing."""
        if super().is_parent_alive():
            return True
        self._orphan_since = self._orphan_since or time.monotonic()
        return time.monotonic() - self._orphan_since < ORPHAN_SECONDS

    def _hand_over(self, conn: TConn) -> None:
        self._forget(conn)
        super().enqueue_req(conn)

    def _let_go(self, conn: TConn, last_words: bytes = b"") -> None:
        self._forget(conn)
        self._say(conn, last_words)
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: TConn) -> None:
        """Wait for it no longer."""
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self._gathered -= len(conn.arriving.data)

    def _say(self, conn: TConn, words: bytes) -> None:
        """Send a few bytes without waiting; who does not take them goes without."""
        try:
            conn.sock.send(words)
        except OSError:
            return
