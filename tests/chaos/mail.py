"""A mail server that takes everything and counts it."""

from __future__ import annotations

import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):
    """As much of the protocol as a sender needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 trial\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                self.server.count += 1
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


class MailServer:
    """Listens at `port` until stopped."""

    def __init__(self) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session)
        self._server.daemon_threads = True
        self._server.count = 0
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def count(self) -> int:
        """How many mails were taken."""
        return self._server.count

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
