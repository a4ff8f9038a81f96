"""`python -m background.supervisor`: keeps the processes of `manage.py serve` running; knows no Django, so it is small.

`serve` has looked at the database and turns into this program, with what it decided in the environment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import FrameType

from background.processes import ORPHAN_SECONDS, Child, listen, stop_all

PLAN = "SERVE_PLAN"
BIND = "LISTENING-SOCKET"
"""Stands in the command of web for the socket it inherits."""
GENTLE_SECONDS = 4.0
FIRM_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class Plan:
    """The command of each process by name, their environment, where web listens, how to ask whether all is ready."""

    commands: Mapping[str, Sequence[str]]
    environment: Mapping[str, str]
    host: str
    port: int
    address: str
    headers: Mapping[str, str]


def become(plan: Plan) -> None:
    """Turn this process into the supervisor of that plan; does not return."""
    environment = {**plan.environment, PLAN: json.dumps(asdict(plan))}
    os.execve(sys.executable, [sys.executable, "-m", __name__], environment)  # noqa: S606 - our own interpreter


def supervise(plan: Plan) -> None:
    """Start all, restart what dies, tell when the site answers; stop all on Ctrl-C or SIGTERM."""
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    children = [Child(name, command, plan.environment) for name, command in plan.commands.items()]
    web = children[0]
    # Kept open here while web processes come and go: whoever connects meanwhile waits, and is not refused.
    try:
        listening = listen(plan.host, plan.port)
    except OSError as error:
        sys.exit(f"Nobody can listen at {plan.host}:{plan.port}: {error}")
    web.command = [f"fd://{listening.fileno()}" if word == BIND else word for word in web.command]
    web.files, web.orphan_seconds = [listening.fileno()], ORPHAN_SECONDS
    try:
        for child in children:
            child.start()
        _watch(children, stopping, plan)
    finally:
        listening.close()
        stop_all(children, gentle_seconds=GENTLE_SECONDS, firm_seconds=FIRM_SECONDS)
    _say("Stopped.")


def _watch(children: Sequence[Child], stopping: Sequence[int], plan: Plan) -> None:
    is_ready = False
    while not stopping:
        for child in children:
            said = child.tend()
            if said:
                _say(said)
        if not is_ready and _answers(plan):
            is_ready = True
            _say(f"Ready: {plan.address}/ (Ctrl-C stops)")
        time.sleep(LOOK_EVERY_SECONDS)


def _answers(plan: Plan) -> bool:
    try:
        asked = urllib.request.Request(f"{plan.address}/healthz", headers=dict(plan.headers))  # noqa: S310 (our own http address)
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    supervise(Plan(**json.loads(os.environ.pop(PLAN))))
