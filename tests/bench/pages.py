"""Pages over HTTP from a real server: how long, how many queries, how much processor time beside a bare answer."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluations.rounds.models import Round
from members.models import Person

ROOT = Path(__file__).resolve().parents[2]
UNMEASURED = 10
"""So many answers at first are not counted: the server loads and remembers what it needs."""
PORT = int(os.environ.get("BENCH_PORT", "8137"))
SEM = "IMU-DEMO-SEM"
UNIT = "IMU"
SEARCHES = {"search_1": "衍", "search_2": "质谱", "search_3": "显微镜", "search_4": "扫描电镜"}


@dataclass(frozen=True)
class Asked:
    """One page: its address, who asks (the first part of a demo account's address; nobody: a visitor)."""

    path: str
    who: str = ""


@dataclass(frozen=True)
class Seen:
    """What was seen of a page asked for again and again: seconds, bytes on the wire, processor time of one answer."""

    times: list[float]
    size: int
    cpu_ms: float


def pages() -> dict[str, Asked]:
    """Return every page that is measured, by name."""
    today = timezone.localdate()
    monday = today - dt.timedelta(days=today.weekday())
    final = Round.objects.filter(state="final", kind="unit").order_by("-year").first()
    current = Round.objects.filter(state="collecting", kind="unit").order_by("-year").first()
    if final is None or current is None:
        raise SystemExit("The demo has no final or no collecting round.")
    return {
        "home": Asked("/"),
        "catalogue_page": Asked("/instruments/"),
        **{name: Asked(f"/instruments/?q={quote(words)}") for name, words in SEARCHES.items()},
        "instrument_page": Asked(f"/instruments/{SEM}/"),
        "instrument_week": Asked(f"/instruments/{SEM}/week/?week={monday.isoformat()}"),
        "round_page": Asked(f"/evaluations/{final.year}/"),
        "my_page": Asked("/me/", "researcher"),
        "catalogue_signed_in": Asked("/instruments/", "researcher"),
        "instrument_signed_in": Asked(f"/instruments/{SEM}/", "researcher"),
        "result_page": Asked(f"/evaluations/{final.year}/{UNIT}/", "manager"),
        "desk": Asked("/desk/", "steward"),
        "inventory": Asked(f"/units/{UNIT}/manage/", "manager"),
        "usage_list": Asked(f"/units/{UNIT}/usage/", "manager"),
        "unit_page": Asked(f"/units/{UNIT}/", "researcher"),
        "units": Asked("/units/", "researcher"),
        "two_facets": Asked(f"/instruments/?unit={UNIT}&sharing_mode=external", "researcher"),
        "search_1_signed_in": Asked(f"/instruments/?q={quote(SEARCHES['search_1'])}", "researcher"),
        "cockpit": Asked(f"/evaluations/{current.year}/{UNIT}/", "manager"),
        "find_free": Asked("/find/?minutes=240&near=150100&ordering=nearest", "researcher"),
        "catalogue_free": Asked("/instruments/?free=week&minutes=240", "researcher"),
        "api_instruments": Asked("/api/v1/instruments/?page_size=100", "researcher"),
    }


@contextmanager
def serving(
    application: str = "config.wsgi:application", *, workers: int = 1, threads: int = 4, keeps: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """Serve with web workers of the real server, from its first answer on; `keeps` pages, or makes each anew."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, "--config", "python:tests.bench.web",
         "-b", f"127.0.0.1:{PORT}", "--workers", str(workers), "--threads", str(threads), "--log-level", "warning"],
        cwd=ROOT,
        env={**os.environ, "PAGES_ARE_KEPT": "yes" if keeps else "no"},
    )  # fmt: skip
    try:
        _await_answer()
        yield server
    finally:
        server.terminate()
        server.wait(20)


def _await_answer() -> None:
    for _attempt in range(120):
        try:
            link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The server did not start.")


def worker_mb(server: subprocess.Popen[bytes]) -> float:
    """Return the resident memory of the busiest web worker."""
    children = psutil.Process(server.pid).children(recursive=True)
    return round(max(child.memory_info().rss for child in children) / 1e6, 1)


def asked(server: subprocess.Popen[bytes], page: Asked, rounds: int) -> Seen:
    """Ask for a page again and again over one connection."""
    link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}
    if page.who:
        headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session(page.who)}"

    def ask(_turn: int) -> bytes:
        link.request("GET", page.path, headers=headers)
        answer = link.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{page.path} answered {answer.status}")
        return body

    return repeated(server, rounds, ask)


def repeated(server: subprocess.Popen[bytes], rounds: int, ask: Callable[[int], bytes]) -> Seen:
    """Ask again and again, with the number of the turn, and measure all but the first turns."""
    times, size, before = [], 0, 0.0
    for turn in range(rounds + UNMEASURED):
        if turn == UNMEASURED:
            before = processor_seconds(server)
        began = time.perf_counter()
        body = ask(turn)
        taken = time.perf_counter() - began
        if turn >= UNMEASURED:
            times.append(taken)
            size = len(body)
    spent = processor_seconds(server) - before
    return Seen(times, size, round(spent / rounds * 1000, 2))


def cold_home(server: subprocess.Popen[bytes]) -> Seen:
    """Ask for the home page of a server that keeps nothing yet."""
    link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    before = processor_seconds(server)
    began = time.perf_counter()
    link.request("GET", "/", headers={"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"})
    size = len(link.getresponse().read())
    taken = time.perf_counter() - began
    return Seen([taken], size, round((processor_seconds(server) - before) * 1000, 2))


def queries(page: Asked) -> int:
    """Count the queries of one page with a warm cache."""
    client = Client(headers={"Accept-Language": "zh-CN"}, SERVER_NAME="127.0.0.1")
    if page.who:
        client.cookies[settings.SESSION_COOKIE_NAME] = session(page.who)
    client.get(page.path)
    with CaptureQueriesContext(connection) as captured:
        client.get(page.path)
    return len(captured)


def session(who: str) -> str:
    """Sign a person of the demo in; return what their cookie holds."""
    client = Client()
    client.force_login(Person.objects.get(email=f"{who}@demo.example"))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def processor_seconds(server: subprocess.Popen[bytes]) -> float:
    """Processor time that the web workers and the database have used so far, to the nanosecond of the scheduler.

    The clock that most tools read ticks a hundred times a second; a bare answer takes a tenth of such a tick.
    """
    processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    if connection.vendor == "postgresql":
        processes += [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]
    total = 0
    for process in processes:
        for statistics in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
            with suppress(OSError):  # a thread that has just ended
                total += int(statistics.read_text().split()[0])
    return total / 1e9
