"""Clients that book, move, cancel and ask for reports, and write down before and after each call what they know."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import queue
import random
import ssl
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

GIVE_UP_SECONDS = 120.0
HOUR = dt.timedelta(hours=1)
BEGIN = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=14)
SLOTS = 24 * 40


def span(slot: int) -> dict[str, str]:
    """One of the hours that are booked, as a call names it; SLOTS itself is nobody's."""
    start = BEGIN + HOUR * slot
    return {"start": start.isoformat(), "end": (start + HOUR).isoformat()}


class History:
    """Lines that are only ever added, each on disk before anybody acts on it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.path = path

    def add(self, **said: object) -> None:
        """Write one line; a single write, so lines of many threads stay whole."""
        os.write(self._file, (json.dumps({"at": time.time(), **said}) + "\n").encode())
        os.fsync(self._file)

    def lines(self) -> list[dict]:
        """All of them, oldest first."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@dataclass
class Answer:
    """What came back last: status 0 where nothing did."""

    status: int
    body: bytes = b""
    wait: float | None = None
    cookies: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the change was made or refused for good, so that asking again is of no use."""
        if self.status == 409:
            return self.wait is None
        return 200 <= self.status < 500 and self.status not in {408, 425, 429}


@dataclass
class Caller:
    """Asks the proxy; a connection for each call, as strangers do."""

    port: int
    host: str
    trust: ssl.SSLContext
    failures: list[tuple[float, int]] = field(default_factory=list)

    def call(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        """Ask once."""
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.trust)
        try:
            line.request(method, path, body, {"Host": f"{self.host}:{self.port}", **headers})
            answer = line.getresponse()
            wait = answer.headers.get("Retry-After")
            jar = "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") or [])
            got = Answer(answer.status, answer.read(), float(wait) if wait else None, jar)
        except (OSError, http.client.HTTPException):
            got = Answer(0)
        finally:
            line.close()
        if got.status == 0 or got.status >= 500:
            self.failures.append((time.time(), got.status))
        return got


class Load:
    """So many calls a second by several people, until stopped; the last of the tokens may ask for reports."""

    def __init__(self, caller: Caller, tokens: list[str], history: History, rate: float, unit: str) -> None:
        self.caller, self.tokens, self.history, self.rate, self.unit = caller, tokens, history, rate, unit
        self.asked = self.late = 0
        self._free: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self._chance = random.Random(42)
        self._turns: queue.Queue[float | None] = queue.Queue()
        self._over = threading.Event()
        self._crowd = [threading.Thread(target=self._work, daemon=True) for _ in range(40)]
        self._clock = threading.Thread(target=self._tick, daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        for each in (*self._crowd, self._clock):
            each.start()

    def stop(self) -> None:
        """Ask nothing new; wait for the answers that are still wanted."""
        self._over.set()
        self._clock.join()
        for _each in self._crowd:
            self._turns.put(None)
        for each in self._crowd:
            each.join(GIVE_UP_SECONDS + 30)

    def _tick(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            self._turns.put(due)
            due += 1 / self.rate
            time.sleep(max(0.0, due - time.monotonic()))

    def _work(self) -> None:
        while (due := self._turns.get()) is not None:
            self.late += time.monotonic() - due > 1
            self.asked += 1
            chosen = self._chance.random()
            if chosen < 0.45:
                self._book()
            elif chosen < 0.75:
                self._change("move" if chosen < 0.6 else "cancel")
            elif chosen < 0.78:
                self._report()
            else:
                self.caller.call(
                    "GET", self._chance.choice(["/", "/instruments/", "/api/v1/instruments/"]), {}
                )

    def _book(self) -> None:
        key, token = str(uuid.uuid4()), self._chance.randrange(len(self.tokens) - 1)
        body = {
            "instrument": "IMU-DEMO-SEM",
            "purpose": f"chaos {key}",
            **span(self._chance.randrange(SLOTS)),
        }
        answer = self._change_once("book", key, token, "/api/v1/bookings/", body)
        if answer.status == 201:
            self._free.put({"booking": json.loads(answer.body)["id"], "token": token})

    def _change(self, verb: str) -> None:
        try:
            mine = self._free.get_nowait()
        except queue.Empty:
            self._book()
            return
        key, body = (
            str(uuid.uuid4()),
            span(self._chance.randrange(SLOTS)) if verb == "move" else {"reason": "chaos"},
        )
        path = f"/api/v1/bookings/{mine['booking']}/{verb}/"
        answer = self._change_once(verb, key, mine["token"], path, body, booking=mine["booking"])
        if verb == "move" and answer.is_final:
            self._free.put(mine)

    def _report(self) -> None:
        span = {"start": "2026-01-01", "end": "2026-03-31"}
        body = {"kind": "instrument_usage", "parameters": {"unit": self.unit, "format": "csv", **span}}
        self._change_once("report", str(uuid.uuid4()), -1, "/api/v1/report-runs/", body)

    def _change_once(
        self, verb: str, key: str, token: int, path: str, body: dict[str, object], **more: str
    ) -> Answer:
        """Ask with one key until there is a final answer, or for two minutes; write down what was asked and heard."""
        headers = {
            "Authorization": f"Bearer {self.tokens[token]}", "Idempotency-Key": key, "Content-Type": "application/json",
        }  # fmt: skip
        self.history.add(step="asked", verb=verb, key=key, body=body, **more)
        until = time.monotonic() + GIVE_UP_SECONDS
        while True:
            answer = self.caller.call("POST", path, headers, json.dumps(body).encode())
            if answer.is_final or time.monotonic() > until:
                break
            time.sleep(min(answer.wait or 1.0, 5.0))
        heard = json.loads(answer.body) if answer.is_final and answer.body else {}
        self.history.add(
            step="answered" if answer.is_final else "unknown", verb=verb, key=key, status=answer.status,
            id=heard.get("id"), why=heard.get("detail"), **more,
        )  # fmt: skip
        return answer
