"""Measures the history's log: sealing ten thousand entries, verifying a hundred thousand; nothing of it is kept."""

from __future__ import annotations

import time

from django.db import transaction

from audit.history import Event, record_many
from audit.models import Checkpoint
from audit.sealing import seal_all
from audit.verifying import verify

SEALED = 10_000
VERIFIED = 100_000
WRITTEN_AT_ONCE = 10_000


class Undo(Exception):
    """Ends a transaction without keeping what it did."""


def write(count: int) -> None:
    """Write entries such as an approval leaves."""
    before = {
        "state": "requested",
        "station": 1,
        "start": "2026-11-27T04:30:00+00:00",
        "purpose": "测量纳米颗粒",
    }
    after = {**before, "state": "confirmed", "note": "", "hours": "2.50"}
    for start in range(0, count, WRITTEN_AT_ONCE):
        some = range(start, min(start + WRITTEN_AT_ONCE, count))
        record_many(
            actor=None,
            events=[
                Event("instruments.booking.approved", f"instruments.booking:{n}", before, after) for n in some
            ],
        )


def sealing(times: int) -> list[float]:
    """Seconds to seal 10,000 entries on top of the log there is."""
    seal_all()
    taken = []
    for _turn in range(times):
        try:
            with transaction.atomic():
                write(SEALED)
                began = time.perf_counter()
                if seal_all() != SEALED:
                    raise SystemExit("Not all entries were sealed.")
                taken.append(time.perf_counter() - began)
                raise Undo
        except Undo:
            continue
    return taken


def verifying(times: int) -> list[float]:
    """Seconds to verify 100,000 sealed entries: a log of at least as many is walked, the time taken in proportion."""
    seal_all()
    taken: list[float] = []
    try:
        with transaction.atomic():
            newest = Checkpoint.objects.order_by("-size").first()
            write(max(0, VERIFIED - (newest.size if newest else 0)))
            seal_all()
            for _turn in range(times):
                began = time.perf_counter()
                found = verify()
                taken.append((time.perf_counter() - began) * VERIFIED / found.size)
                if found.faults:
                    raise SystemExit(f"The log is not whole: {found.sentences()}")
            raise Undo
    except Undo:
        return taken
