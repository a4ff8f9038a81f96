"""Measures one database: pages over HTTP from a real server, queries in process, rounds through the actions."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import django

from changes import Work, perform

django.setup()

from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from evaluations.entries.models import GivenScore, ReportedValue  # noqa: E402
from evaluations.results.actions.scoring import score_round  # noqa: E402
from evaluations.rounds.models import Round  # noqa: E402
from evaluations.snapshots.actions import request_snapshot, take_snapshot  # noqa: E402
from members.models import Person  # noqa: E402
from notices.models import Notice  # noqa: E402
from tests.bench import crowd, free, history, ways  # noqa: E402
from tests.bench.changes import alone_and_beside, composite, waitlist_offer  # noqa: E402
from tests.bench.history import Undo  # noqa: E402
from tests.bench.pages import (  # noqa: E402
    PORT,
    SEM,
    Asked,
    Seen,
    asked,
    cold_home,
    pages,
    queries,
    repeated,
    serving,
    worker_mb,
)
from webapi.tokens import issue  # noqa: E402


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def row(name: str, database: str, times: list[float], **more: object) -> dict[str, object]:
    """Build one line of the table; times come in seconds."""
    return {
        "name": name,
        "database": database,
        "size": os.environ["BENCH_SIZE"],
        "n": len(times),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p95_ms": round(percentile(times, 0.95) * 1000, 1),
        "queries": more.get("queries"),
        "bytes": more.get("bytes"),
        "rss_mb": more.get("rss_mb"),
        "cpu_ms": more.get("cpu_ms"),
        "ratio": more.get("ratio"),
        "per_second": more.get("per_second"),
    }


def bookings(server: subprocess.Popen[bytes], rounds: int) -> Seen:
    """Book distinct free half hours on the demo microscope through the API, then give them back."""
    person = Person.objects.get(email="researcher@demo.example")
    token, _row = perform(person, issue, person, name="bench", scopes=["read", "write"], days=1)
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=8)
    link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    made: list[bytes] = []

    def post(path: str, body: dict[str, object]) -> tuple[int, bytes]:
        link.request(
            "POST",
            path,
            body=json.dumps(body),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": uuid.uuid4().hex,
            },
        )
        answer = link.getresponse()
        return answer.status, answer.read()

    def ask(turn: int) -> bytes:
        begin = start + dt.timedelta(minutes=30 * turn)
        wanted = {
            "instrument": SEM,
            "start": begin.isoformat(),
            "end": (begin + dt.timedelta(minutes=30)).isoformat(),
            "purpose": "bench",
        }
        status, body = post("/api/v1/bookings/", wanted)
        if status != 201:
            raise SystemExit(f"booking answered {status}: {body[:300]!r}")
        made.append(body)
        return body

    seen = repeated(server, rounds, ask)
    for body in made:
        post(f"/api/v1/bookings/{json.loads(body)['id']}/cancel/", {"reason": "bench"})
    return seen


def booking_queries() -> int:
    """Count the queries of one booking through the API, and undo it."""
    person = Person.objects.get(email="researcher@demo.example")
    token, _row = perform(person, issue, person, name="bench-queries", scopes=["read", "write"], days=1)
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=16)
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {token}"})
    # The first use of a token is written down, the next ones of that minute are not.
    client.get("/api/v1/bookings/")
    wish = {
        "instrument": SEM,
        "start": start.isoformat(),
        "end": (start + dt.timedelta(hours=1)).isoformat(),
        "purpose": "bench",
    }

    def post(path: str, body: dict[str, str]) -> HttpResponse:
        return client.post(
            path,
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )

    with CaptureQueriesContext(connection) as captured:
        answer = post("/api/v1/bookings/", wish)
    said = [query["sql"] for query in captured.captured_queries]  # the next request forgets them
    assert answer.status_code == 201, answer.content
    post(f"/api/v1/bookings/{answer.json()['id']}/cancel/", {"reason": "bench"})
    return len([sql for sql in said if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])


def fill_in(current: Round) -> None:
    """Give the round the values and scores of the year before, so that nothing is in the way of scoring it."""
    before = Round.objects.filter(state="final", kind=current.kind).order_by("-year").first()
    for model, mine in ((ReportedValue, current.reported_values), (GivenScore, current.given_scores)):
        known = set(mine.values_list("unit_id", "indicator"))
        rows = list(model.objects.filter(round=before))
        fresh = [row for row in rows if (row.unit_id, row.indicator) not in known]
        for row in fresh:
            row.pk, row.round = None, current
        model.objects.bulk_create(fresh)


def rounds_of(database: str, _rounds: int) -> list[dict[str, object]]:
    """Take snapshots of the collecting round, which stay, and score it several times, each undone."""
    officer = Person.objects.get(email="officer@demo.example")
    current = Round.objects.filter(state="collecting").order_by("-year").first()
    if current is None:
        raise SystemExit("The demo has no collecting round.")
    taken, scored = [], []
    for _turn in range(3):
        began = time.perf_counter()
        if not take_snapshot(perform(officer, request_snapshot, current).pk):
            raise SystemExit("The snapshot was not taken.")
        taken.append(time.perf_counter() - began)

    def score(work: Work) -> None:
        fill_in(current)
        began = time.perf_counter()
        score_round(work, current)
        scored.append(time.perf_counter() - began)
        raise Undo

    for _turn in range(5):
        with suppress(Undo):
            perform(officer, score)
    return [row("round_snapshot", database, taken), row("round_score", database, scored)]


def pages_of(database: str, rounds: int) -> list[dict[str, object]]:
    """Ask for pages, and book, over HTTP, beside a bare answer of the same server."""
    # Thousands of unread notices of earlier runs are nobody's everyday.
    Notice.objects.filter(context__purpose__startswith="bench").delete()
    with serving("tests.bench.bare:application") as server:
        bare = asked(server, Asked("/"), 10 * rounds)
    rows = [row("bare_answer", database, bare.times, bytes=bare.size, cpu_ms=bare.cpu_ms, ratio=1.0)]

    def line(name: str, seen: Seen, **more: object) -> None:
        ratio = round(seen.cpu_ms / bare.cpu_ms, 1)
        rows.append(row(name, database, seen.times, bytes=seen.size, cpu_ms=seen.cpu_ms, ratio=ratio, **more))

    with serving() as server:
        line("home_cold", cold_home(server))
        for name, wanted in pages().items():
            seen = asked(server, wanted, rounds)
            line(name, seen, queries=queries(wanted), rss_mb=worker_mb(server))
        seen = bookings(server, min(rounds, 200))
        line("booking_create", seen, queries=booking_queries(), rss_mb=worker_mb(server))
    with serving(keeps=False) as server:
        for name, wanted in pages().items():
            line(f"{name}_made", asked(server, wanted, min(rounds, 20)), rss_mb=worker_mb(server))
    return rows


def crowds_of(database: str, rounds: int) -> list[dict[str, object]]:
    """Many readers, and many who book, on as many web workers as `manage.py serve` starts."""
    rows = []
    for name, act, each in (
        ("readers_8", crowd.reading, rounds),
        ("bookers_32", crowd.booking, max(2, min(rounds // 8, 40))),
    ):
        with serving(workers=1 if database == "sqlite" else 2, threads=8) as server:
            act(server, 2)
            seen = act(server, each)
        rows.append(row(name, database, seen.times, cpu_ms=seen.cpu_ms, per_second=seen.per_second))
    return rows


def changes_of(database: str, rounds: int) -> list[dict[str, object]]:
    """Book four instruments as one change, give back what 20 wait for, and book beside a change that stays open."""
    person = Person.objects.get(email="researcher@demo.example")
    four = row("composite_4_bookings", database, composite(person, min(rounds, 90)))
    offered = row("waitlist_offer", database, waitlist_offer(person, min(rounds, 30)))
    alone, beside = alone_and_beside(person, min(rounds, 20))
    ratio = round(percentile(beside, 0.95) / percentile(alone, 0.95), 2)
    return [
        four,
        offered,
        row("booking_alone", database, alone),
        row("booking_while_long_transaction", database, beside, ratio=ratio),
    ]


def history_of(database: str, _rounds: int) -> list[dict[str, object]]:
    """Seal and verify the log of the history."""
    return [
        row("seal_10000", database, history.sealing(5)),
        row("verify_100000", database, history.verifying(3)),
    ]


def free_of(database: str, rounds: int) -> list[dict[str, object]]:
    """Ask an index of free time of national size, drawn in this process."""
    times, megabytes = free.measured(rounds)
    return [
        {**row(name, database, seen, rss_mb=megabytes), "size": "national"} for name, seen in times.items()
    ]


def ways_of(database: str, rounds: int) -> list[dict[str, object]]:
    """Find a set, judge a series, move, read a unit's week and its calendar, in process."""
    return [
        row(name, database, times, queries=count) for name, (times, count) in ways.measured(rounds).items()
    ]


CASES = {
    "free": free_of,
    "ways": ways_of,
    "pages": pages_of,
    "crowds": crowds_of,
    "changes": changes_of,
    "rounds": rounds_of,
    "history": history_of,
}


def main() -> None:
    """Measure the cases that were asked for and write the rows."""
    database, out, rounds, *cases = sys.argv[1:]
    rows = [line for case in cases for line in CASES[case](database, int(rounds))]
    Path(out).write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
