"""Rules room: an event as lines of iCalendar (RFC 5545), byte for byte as icalendar writes it.

A unit's calendar has thousands of events of this one shape; icalendar, which writes all else, takes ten times as long.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

FOLDED_FROM = 75
"""A line with so many octets goes on in the next, which begins with a space: none has more than 75."""
_NEVER_LAST = b"\\^"


class EventFacts(NamedTuple):
    """What an event says; times are aware, `start` and `end` in a zone that the calendar explains."""

    uid: str
    sequence: int
    start: dt.datetime
    end: dt.datetime
    stamp: dt.datetime
    created: dt.datetime
    summary: str
    status: str
    transparency: str
    location: str = ""
    description: str = ""
    url: str = ""


def event_lines(facts: EventFacts, zone: str) -> str:
    """Write an event; what it does not say has no line."""
    stamp = _in_utc(facts.stamp)
    lines = [
        "BEGIN:VEVENT",
        folded(f"SUMMARY:{escaped(facts.summary)}"),
        f"DTSTART;TZID={zone}:{_local(facts.start)}",
        f"DTEND;TZID={zone}:{_local(facts.end)}",
        f"DTSTAMP:{stamp}",
        f"UID:{facts.uid}",
        f"SEQUENCE:{facts.sequence}",
        f"CREATED:{_in_utc(facts.created)}",
        folded(f"DESCRIPTION:{escaped(facts.description)}") if facts.description else "",
        f"LAST-MODIFIED:{stamp}",
        folded(f"LOCATION:{escaped(facts.location)}") if facts.location else "",
        f"STATUS:{facts.status}",
        f"TRANSP:{facts.transparency}",
        folded(f"URL:{facts.url}") if facts.url else "",
        "END:VEVENT\r\n",
    ]
    return "\r\n".join(filter(None, lines))


def escaped(text: str) -> str:
    r"""Write a text as a value: `\`, `;`, `,` and the ends of lines are marked."""
    marked = text.replace(r"\N", "\n").replace("\\", "\\\\").replace(";", r"\;").replace(",", r"\,")
    return marked.replace("\r\n", r"\n").replace("\n", r"\n").replace("\r", r"\n")


def folded(line: str) -> str:
    """Break a line where it is too long, never within a character or behind the mark of one."""
    octets = line.encode()
    return line if len(octets) < FOLDED_FROM else b"\r\n ".join(_pieces(octets)).decode()


def _pieces(octets: bytes) -> Iterator[bytes]:
    start = 0
    while len(octets) - start >= FOLDED_FROM:
        end = start + FOLDED_FROM - 1
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        end -= octets[end - 1] in _NEVER_LAST
        yield octets[start:end]
        start = end
    yield octets[start:]


def _local(moment: dt.datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


def _in_utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
