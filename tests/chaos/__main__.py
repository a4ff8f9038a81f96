"""`make chaos`: start what deploy/ describes, walk through it once, kill it again and again under load, check.

    python -m tests.chaos [--kills 20] [--minutes 1.5] [--rate 10] [--keep FOLDER]

Ends with 1 where an acknowledged change is lost or doubled, or a job does not end.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import shutil
import socket
import sys
import tempfile
import time
import urllib.parse
from itertools import cycle
from pathlib import Path

from tests.chaos import checker
from tests.chaos.client import SLOTS, Caller, History, Load, span
from tests.chaos.services import wait_until
from tests.chaos.site import HOST, Site

PEOPLE = (
    "researcher@demo.example",
    "outsider@demo.example",
    "enterprise@demo.example",
    "manager@demo.example",
)
ISSUE = """
from django.core.management import call_command
def print_tokens(people):
    for who in people:
        call_command("issue_token", who, scope=["read", "write"])
"""
KINDS = ("web", "worker", "redis", "postgresql")
END_SECONDS = 200.0


def say(text: str) -> None:
    """Print one line with the seconds since the start."""
    sys.stdout.write(f"[{time.monotonic() - BEGAN:5.0f} s] {text}\n")
    sys.stdout.flush()


BEGAN = time.monotonic()


def walk(site: Site, caller: Caller, token: str) -> None:
    """Log in by the page, look at it, book, ask for a report and fetch its file through the proxy."""
    page = caller.call("GET", "/accounts/login/", {})
    secret = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
    if page.status != 200 or secret is None:
        raise RuntimeError(f"the log-in page answered {page.status}")
    form = {"login": PEOPLE[0], "password": site.password, "csrfmiddlewaretoken": secret[1].decode()}
    cookie = page.cookies
    sent = caller.call(
        "POST", "/accounts/login/",
        {"Cookie": cookie, "Referer": f"https://{HOST}:{site.https}/",
         "Content-Type": "application/x-www-form-urlencoded"},
        urllib.parse.urlencode(form).encode(),
    )  # fmt: skip
    if sent.status != 302 or "sessionid=" not in sent.cookies:
        raise RuntimeError(f"logging in answered {sent.status}")
    mine = caller.call("GET", "/me/", {"Cookie": sent.cookies})
    if mine.status != 200:
        raise RuntimeError(f"one's own page answered {mine.status}")
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": "walk-1",
        "Content-Type": "application/json",
    }
    wish = {"instrument": "IMU-DEMO-SEM", "purpose": "walk", **span(SLOTS)}
    booked = caller.call("POST", "/api/v1/bookings/", headers, json.dumps(wish).encode())
    if booked.status != 201:
        raise RuntimeError(f"the booking was answered {booked.status}: {booked.body.decode()}")
    headers["Idempotency-Key"] = "walk-2"
    asked = {"unit": "IMU", "format": "csv", "start": "2025-01-01", "end": "2025-03-31"}
    run = caller.call(
        "POST",
        "/api/v1/report-runs/",
        headers,
        json.dumps({"kind": "instrument_usage", "parameters": asked}).encode(),
    )
    if run.status != 202:
        raise RuntimeError(f"the report was answered {run.status}: {run.body.decode()}")
    at = f"/api/v1/report-runs/{json.loads(run.body)['id']}/"
    took = wait_until(
        lambda: json.loads(caller.call("GET", at, headers).body).get("state") == "done", 60, "the report"
    )
    file = caller.call("GET", f"{at}file/", headers)
    if file.status != 200 or not file.body:
        raise RuntimeError(f"the file answered {file.status}")
    say(f"logged in, report of {len(file.body)} bytes through the proxy after {took:.1f} s")


def crowd(site: Site, caller: Caller) -> None:
    """Hold 200 silent connections and 50 slow forms at the proxy; others are served meanwhile."""
    with contextlib.ExitStack() as held:
        lines = [
            held.enter_context(socket.create_connection(("127.0.0.1", site.https))) for _ in range(200 + 50)
        ]
        slow = [
            held.enter_context(caller.trust.wrap_socket(line, server_hostname=HOST)) for line in lines[200:]
        ]
        for line in slow:
            line.sendall(
                f"POST /accounts/login/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\n".encode()
            )
        slowest = 0.0
        for _ in range(10):
            for line in slow:
                line.sendall(b"a")
            began = time.monotonic()
            status = caller.call("GET", "/instruments/", {}).status
            slowest = max(slowest, time.monotonic() - began)
            if status != 200:
                raise RuntimeError(f"beside slow connections a visitor got {status}")
            time.sleep(0.3)
    say(f"beside 200 silent connections and 50 slow forms the slowest of 10 visits took {slowest:.2f} s")


def back_up(site: Site, history: History) -> None:
    """Back up under load, restore into an empty database, find there all that was acknowledged before."""
    before = {
        each["id"] for each in history.lines() if each.get("verb") == "book" and each.get("status") == 201
    }
    began = time.monotonic()
    path = site.manage("backup", str(site.backups)).splitlines()[0]
    took = time.monotonic() - began
    with site.connect("postgres") as server:
        server.execute("CREATE DATABASE restored")
    empty = site.folder / "restored"
    empty.mkdir()
    elsewhere = {"DATABASE_URL": site.address("restored"), "VAR_DIR": str(empty)}
    began = time.monotonic()
    site.manage("restore", path, **elsewhere)
    back = time.monotonic() - began
    with site.connect("restored") as restored:
        found = {pk for (pk,) in restored.execute("SELECT id::text FROM instruments_booking")}
    if not before <= found:
        raise RuntimeError(f"{len(before - found)} acknowledged bookings are not in the back-up")
    if "the log is whole" not in site.manage("verify_audit", **elsewhere):
        raise RuntimeError("the restored history is not whole")
    say(f"backed up under load in {took:.1f} s, restored in {back:.1f} s with all {len(before)} bookings")


def kill(site: Site, kills: int, seconds: float) -> None:
    """Kill one after the other at uneven moments: web, worker, Redis, PostgreSQL."""
    chance = random.Random(7)
    victims = {kind: [name for name in site.services if name.startswith(kind)] for kind in KINDS}
    for _number, kind in zip(range(kills), cycle(KINDS), strict=False):
        name = chance.choice(victims[kind])
        site.services[name].kill()
        say(f"kill -9 {name}")
        time.sleep(seconds / kills * chance.uniform(0.5, 1.5))


def trial(site: Site, options: argparse.Namespace) -> list[str]:
    """Do all of it; return what was wrong."""
    site.fill()
    say("databases filled")
    say(f"all parts ready after {site.start():.1f} s")
    tokens = site.manage("shell", "-v", "0", "-c", f"{ISSUE}print_tokens({PEOPLE!r})").splitlines()
    caller = Caller(site.https, HOST, site.trust())
    walk(site, caller, tokens[-1])
    crowd(site, caller)
    history = History(site.folder / "history.jsonl")
    load = Load(caller, tokens, history, options.rate, "IMU")
    load.start()
    time.sleep(5)
    back_up(site, history)
    calm = len(caller.failures)
    began = time.monotonic()
    kill(site, options.kills, options.minutes * 60)
    lasted = time.monotonic() - began
    load.stop()
    say(f"{load.asked} calls wanted, {load.late} late, {calm} failed answers before the kills")
    say(f"{len(caller.failures) - calm} failed answers in {lasted:.0f} s of kills and until all were heard")
    with site.connect() as database:
        try:
            took = wait_until(lambda: not any(checker.open_jobs(database).values()), END_SECONDS, "all jobs")
            say(f"every job ended {took:.0f} s after the last answer")
            wrong = []
        except TimeoutError:
            wrong = [
                f"{kind}: {count} not ended" for kind, count in checker.open_jobs(database).items() if count
            ]
        wrong += checker.faults(database, history.lines())
    if "the log is whole" not in site.manage("verify_audit"):
        wrong.append("the history is not whole")
    said = ", ".join(f"{what}: {count}" for what, count in sorted(checker.told(history.lines()).items()))
    say(f"told: {said}; mails {site.mail.count}")
    return wrong


def main() -> int:
    """Run the trial; the folder is kept where something was wrong."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=1.0, help="over which the kills are spread")
    parser.add_argument("--rate", type=float, default=10.0, help="calls a second")
    parser.add_argument("--keep", type=Path, help="a folder for logs and history, kept in any case")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(exist_ok=True)
    site, wrong = Site(folder), ["the trial broke off"]
    try:
        wrong = trial(site, options)
    finally:
        took = site.stop()
        say(f"log lines: {site.log_lines()}")
        say(
            f"slowest stop: {max((seconds, name) for name, seconds in took.items())}"
            if took
            else "nothing started"
        )
        if not wrong and not options.keep:
            shutil.rmtree(folder)
        else:
            say(f"kept in {folder}")
    for each in wrong:
        say(f"WRONG: {each}")
    say("nothing acknowledged was lost or doubled, every job ended" if not wrong else f"{len(wrong)} faults")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
