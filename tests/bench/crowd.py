"""Many at once, over HTTP: readers of the catalogue, and people who book different machines."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import subprocess
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from changes import perform
from instruments.booking.models import Booking
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from instruments.terms.queries.opening import exceptions_of, weeks_of
from instruments.terms.rules.intervals import Interval
from members.models import Person
from tests.bench.pages import PORT, processor_seconds
from webapi.tokens import issue

READERS, BOOKERS = 8, 32
GZIP = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}
HALF_HOUR = dt.timedelta(minutes=30)
FIRST_DAY, LAST_DAY = 10, 28
OPENS, CLOSES = 9, 17


@dataclass(frozen=True)
class Crowd:
    """What a crowd saw: seconds of each answer, answers a second, processor time of one."""

    times: list[float]
    per_second: float
    cpu_ms: float


def reading(server: subprocess.Popen[bytes], each: int) -> Crowd:
    """Let visitors ask for pages of the catalogue, each over one connection, as fast as they are answered."""

    def read(link: http.client.HTTPConnection, _who: int, turn: int) -> None:
        link.request("GET", f"/instruments/?page={turn % 5 + 1}", headers=GZIP)
        _expect(link, 200)

    return _crowd(server, READERS, each, read)


def booking(server: subprocess.Popen[bytes], each: int) -> Crowd:
    """Let people book half hours through the API, each on a machine of their own, then give them back."""
    free = _free(each)
    machines = list(free)
    people = list(Person.objects.filter(is_active=True, unit_roles=None).order_by("pk")[:BOOKERS])
    tokens = [
        perform(person, issue, person, name="bench", scopes=["read", "write"], days=1)[0] for person in people
    ]
    made: list[tuple[int, str]] = []

    def post(
        link: http.client.HTTPConnection, who: int, path: str, body: dict[str, str], status: int
    ) -> bytes:
        headers = {
            "Authorization": f"Bearer {tokens[who]}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        link.request("POST", path, body=json.dumps(body), headers=headers)
        return _expect(link, status)

    def book(link: http.client.HTTPConnection, who: int, turn: int) -> None:
        start = free[machines[who]][turn]
        wanted = {
            "instrument": machines[who],
            "start": start.isoformat(),
            "end": (start + HALF_HOUR).isoformat(),
            "purpose": "bench",
        }
        made.append((who, json.loads(post(link, who, "/api/v1/bookings/", wanted, 201))["id"]))

    seen = _crowd(server, BOOKERS, each, book)
    link = _link()
    for who, pk in made:
        post(link, who, f"/api/v1/bookings/{pk}/cancel/", {"reason": "bench"}, 200)
    return seen


def _free(each: int) -> dict[str, list[dt.datetime]]:
    """Codes of machines that confirm at once, each with free half hours of the coming weeks in working time."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + dt.timedelta(days=n) for n in range(FIRST_DAY, LAST_DAY)]
    starts = [
        day + dt.timedelta(hours=OPENS) + HALF_HOUR * n
        for day in days
        if day.weekday() < 5
        for n in range((CLOSES - OPENS) * 2)
    ]
    window = Interval(starts[0], starts[-1] + HALF_HOUR)
    rows = Instrument.objects.filter(
        state=InstrumentState.IN_SERVICE,
        sharing_mode=SharingMode.EXTERNAL,
        station_count=1,
        policy__approval_required=False,
        policy__horizon_days__gte=LAST_DAY + 1,
        policy__shortest_minutes__lte=30,
        policy__step_minutes__in=[15, 30],
    ).order_by("code")
    keys = dict(rows.values_list("pk", "code"))
    weeks, exceptions = weeks_of(keys, window), exceptions_of(keys, window)
    taken = defaultdict(list)
    for pk, start, end in (
        Booking.objects.holding().filter(instrument__in=keys).overlapping(window.start, window.end)
        .values_list("instrument", "start", "end")
    ):  # fmt: skip
        taken[pk].append((start, end))
    found: dict[str, list[dt.datetime]] = {}
    for pk, code in keys.items():
        open_days = {
            w.weekday for w in weeks.get(pk, ()) if w.opens <= OPENS * 60 and w.closes >= CLOSES * 60
        }
        slots = [
            start
            for start in starts
            if not any(start < end and start + HALF_HOUR > begin for begin, end in taken[pk])
        ]
        if open_days >= set(range(5)) and not exceptions[pk] and len(slots) >= each:
            found[code] = slots
        if len(found) == BOOKERS:
            return found
    raise SystemExit("The demo has too few instruments with free time.")


def _crowd(
    server: subprocess.Popen[bytes],
    many: int,
    each: int,
    act: Callable[[http.client.HTTPConnection, int, int], None],
) -> Crowd:
    """Let many act at once, each `each` times over one connection. Raises SystemExit where one was refused."""
    times: list[float] = []
    failed: list[BaseException] = []
    together = threading.Barrier(many + 1)

    def one(who: int) -> None:
        link = _link()
        link.connect()
        together.wait()
        try:
            for turn in range(each):
                began = time.perf_counter()
                act(link, who, turn)
                times.append(time.perf_counter() - began)
        except (OSError, http.client.HTTPException, SystemExit) as refused:
            failed.append(refused)

    threads = [threading.Thread(target=one, args=(who,)) for who in range(many)]
    for thread in threads:
        thread.start()
    before = processor_seconds(server)
    together.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    if failed:
        raise SystemExit(f"{len(failed)} of {many} were refused: {failed[0]}")
    spent = processor_seconds(server) - before
    return Crowd(times, round(len(times) / taken, 1), round(spent / len(times) * 1000, 2))


def _link() -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)


def _expect(link: http.client.HTTPConnection, status: int) -> bytes:
    answer = link.getresponse()
    body = answer.read()
    if answer.status != status:
        raise SystemExit(f"answered {answer.status}: {body[:300]!r}")
    return body
