"""Compares what clients were told with what the database holds, by plain SQL."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

import psycopg

OPEN_JOBS = {
    "reports": "SELECT count(*) FROM reporting_reportrun WHERE state IN ('queued', 'running')",
    "mail": "SELECT count(*) FROM notices_notice WHERE mail_state IN ('pending', 'sending')",
    "seals": "SELECT count(*) FROM audit_unsealed",
}
OVERLAPS = """
SELECT count(*) FROM instruments_booking a JOIN instruments_booking b
ON a.instrument_id = b.instrument_id AND a.station = b.station AND a.id < b.id
AND a.start < b."end" AND b.start < a."end"
WHERE a.state IN ('requested', 'confirmed', 'in_use') AND b.state IN ('requested', 'confirmed', 'in_use')
"""


def open_jobs(database: psycopg.Connection) -> dict[str, int]:
    """How many of each kind have not ended."""
    return {kind: database.execute(query).fetchone()[0] for kind, query in OPEN_JOBS.items()}


def told(lines: list[dict]) -> Counter[str]:
    """What clients heard, counted."""
    return Counter(
        f"{each['verb']} {each['status']}" for each in lines if each["step"] == "answered"
    ) + Counter(f"{each['verb']} unknown" for each in lines if each["step"] == "unknown")


def faults(database: psycopg.Connection, lines: list[dict]) -> list[str]:
    """Say of every acknowledged change that is lost, doubled or different, and of every refused one that was made."""
    found: list[str] = []
    asked = {each["key"]: each for each in lines if each["step"] == "asked"}
    heard = {each["key"]: each for each in lines if each["step"] != "asked"}
    rows = defaultdict(list)
    query = "SELECT id::text, purpose, state, start, version FROM instruments_booking WHERE purpose LIKE 'chaos %'"
    for pk, purpose, state, start, version in database.execute(query):
        rows[purpose.removeprefix("chaos ")].append((pk, state, start, version))
    changes: dict[str, list[dict]] = defaultdict(list)
    for each in heard.values():
        if each["verb"] in {"move", "cancel"}:
            changes[each["booking"]].append(each)
    for key, question in asked.items():
        if question["verb"] != "book":
            continue
        answer, made = heard.get(key), rows.get(key, [])
        status = answer["status"] if answer and answer["step"] == "answered" else None
        wanted = {201: (1,), None: (0, 1)}.get(status, (0,))
        if len(made) not in wanted:
            found.append(f"booking {key}: told {status}, {len(made)} rows")
        elif status == 201:
            found += _changed(made[0], question, changes[made[0][0]], asked)
    overlaps = database.execute(OVERLAPS).fetchone()[0]
    found += [f"{overlaps} pairs of bookings overlap"] * bool(overlaps)
    return found + _reports(database, heard)


def _changed(row: tuple, booked: dict, changes: list[dict], asked: dict[str, dict]) -> list[str]:
    """Compare one booking with the last of its changes; one without an answer may or may not have been made."""
    pk, state, start, version = row
    sure = [each for each in changes if each["step"] == "answered" and each["status"] == 200]
    unsure = [each for each in changes if each["step"] == "unknown"]
    if not 1 + len(sure) <= version <= 1 + len(sure) + len(unsure):
        return [f"booking {pk}: {len(sure)} changes acknowledged, version {version}"]
    if unsure:
        return []
    moves = [asked[each["key"]]["body"]["start"] for each in sure if each["verb"] == "move"]
    wanted = dt.datetime.fromisoformat(moves[-1] if moves else booked["body"]["start"])
    is_cancelled = any(each["verb"] == "cancel" for each in sure)
    if start != wanted or (state == "cancelled") != is_cancelled:
        return [f"booking {pk}: {state} at {start}, told {wanted} and cancelled: {is_cancelled}"]
    return []


def _reports(database: psycopg.Connection, heard: dict[str, dict]) -> list[str]:
    """Each accepted run is there and has its file; there are no more than were accepted or got no answer."""
    accepted = {each["id"] for each in heard.values() if each["verb"] == "report" and each["status"] == 202}
    unsure = sum(each["verb"] == "report" and each["step"] == "unknown" for each in heard.values())
    states = dict(database.execute(
        "SELECT id::text, state FROM reporting_reportrun WHERE parameters->>'start' = '2026-01-01'"
    ).fetchall())  # fmt: skip
    found = [f"report {pk}: {states.get(pk)}" for pk in sorted(accepted) if states.get(pk) != "done"]
    if len(states) > len(accepted) + unsure:
        found.append(f"{len(states)} report runs, {len(accepted)} accepted")
    return found
