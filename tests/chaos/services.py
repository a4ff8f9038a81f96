"""Processes of the trial: kept running as a service manager would, each in a group of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Service:
    """One command, started again `pause` seconds after it ended, until told to stop; `user` as root alone."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    pause: float = 2.0
    patience: float = 15.0
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    def start(self) -> None:
        """Start it, and a thread that starts it again."""
        self._launch()
        self._keeper = threading.Thread(target=self._keep, name=self.name, daemon=True)
        self._keeper.start()

    def kill(self) -> None:
        """Kill the leader at once; the manager ends what it leaves behind."""
        if self.process is not None:
            self.process.kill()

    def stop(self) -> float:
        """Ask it to stop, kill what remains after its patience; return how many seconds that took."""
        self._over.set()
        began = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        self._end_group()
        return time.monotonic() - began

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command), cwd=self.folder, env=dict(self.environment), stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, user=self.user, group=self.user, extra_groups=[] if self.user else None,
            )  # fmt: skip
        self.starts += 1

    def _keep(self) -> None:
        while not self._over.wait(0.1):
            if self.process is not None and self.process.poll() is None:
                continue
            self._end_group()
            if self._over.wait(self.pause):
                return
            self._launch()

    def _end_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_ports(count: int) -> list[int]:
    """Ports of loopback nobody listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true, seconds: float, what: str) -> float:
    """Wait until it holds; return how long that took. Raises TimeoutError."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - began
