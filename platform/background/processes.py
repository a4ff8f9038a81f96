"""Child processes that are kept running: in their own group, restarted with a pause, stopped for good."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 10.0
STEADY_AFTER_SECONDS = 20.0
ORPHAN_SECONDS = 15.0
"""Web processes whose master was killed end by themselves a little before (`config.patient_worker`)."""
BACKLOG = 2048
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One kept process; `pause` grows while it dies young and shrinks again once it has run steadily.

    What a dead leader leaves behind may go on for `orphan_seconds` beside its successor; `files` are open to it.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    orphan_seconds: float = 0.0
    files: Sequence[int] = ()
    _orphans: list[tuple[float, int]] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        self.process = subprocess.Popen(
            list(self.command),
            env=dict(self.environment),
            start_new_session=True,
            pass_fds=self.files,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 (one thread here)
        )
        self.started = time.monotonic()
        self.restart_at = 0.0

    def tend(self) -> str:
        """Restart it when it is dead and its pause is over; return what happened, or "" for nothing."""
        if self.process is None:
            return ""
        now = time.monotonic()
        self._end_orphans(now)
        code = self.process.poll()
        if code is None:
            return ""
        if not self.restart_at:
            if now - self.started > STEADY_AFTER_SECONDS:
                self.pause = FIRST_PAUSE_SECONDS
            self._orphans.append((now + self.orphan_seconds, self.process.pid))
            self._end_orphans(now)
            self.restart_at = now + self.pause
            said = f"{self.name} ended with code {code}; starting it again in {self.pause:.0f} s"
            self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            return said
        if now >= self.restart_at:
            self.start()
            return f"{self.name} started again"
        return ""

    def is_running(self) -> bool:
        """Whether the leader lives."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self, number: signal.Signals) -> None:
        """Send a signal to the leader."""
        if self.process is not None and self.is_running():
            self.process.send_signal(number)

    def end(self) -> None:
        """Kill whatever of the group still lives, and collect the leader."""
        if self.process is not None:
            self._orphans.append((0.0, self.process.pid))
            self._end_orphans(float("inf"))
            self.process.wait()

    def _end_orphans(self, now: float) -> None:
        """Kill the groups of dead leaders whose time is over."""
        for _until, group in (each for each in self._orphans if each[0] <= now):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        self._orphans = [each for each in self._orphans if each[0] > now]


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that web processes inherit one after the other. Raises OSError where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def stop_all(children: Sequence[Child], *, gentle_seconds: float, firm_seconds: float) -> None:
    """Stop all: SIGTERM and wait, SIGQUIT and wait a little, SIGKILL to every group. Nothing survives."""
    for number, seconds in ((signal.SIGTERM, gentle_seconds), (signal.SIGQUIT, firm_seconds)):
        for child in children:
            child.ask_to_stop(number)
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(child.is_running() for child in children):
            time.sleep(0.05)
    for child in children:
        child.end()


def _die_with_parent() -> None:
    """In the new child: be told to stop when the supervisor itself is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
