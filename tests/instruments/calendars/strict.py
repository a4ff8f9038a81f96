"""A strict reader of calendar objects, written from RFC 5545 and RFC 4791, 4.1: it says what a server would refuse."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

LINE = re.compile(
    r"(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=(?:\"[^\"]*\"|[^\";:,]*))*):(?P<value>.*)", re.DOTALL
)
FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
MOMENT = re.compile(r"\d{8}T\d{6}Z?")
WITH_UID = {"VEVENT", "VAVAILABILITY", "AVAILABLE"}


@dataclass
class Part:
    """One component."""

    kind: str
    lines: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def values(self, name):
        """All values of a property."""
        return [value for known, _params, value in self.lines if known == name]

    def value(self, name):
        """The value of a property that stands once. Raises AssertionError."""
        values = self.values(name)
        assert len(values) == 1, (name, values)
        return values[0]

    def within(self):
        """This and every component in it."""
        yield self
        for part in self.parts:
            yield from part.within()


def read(octets: bytes) -> Part:
    """Read one calendar by the letter. Raises AssertionError with the first fault."""
    assert octets.endswith(b"END:VCALENDAR\r\n")
    rows = octets.split(b"\r\n")[:-1]
    assert not any(b"\n" in row or b"\r" in row for row in rows)
    assert max(map(len, rows)) <= 75
    text = "\r\n".join(row.decode("utf-8", "strict") for row in rows)
    stack = [Part("")]
    for line in text.replace("\r\n ", "").split("\r\n"):
        assert not FORBIDDEN.search(line), line
        found = LINE.fullmatch(line)
        assert found, line
        name, value = found["name"], found["value"]
        if name == "BEGIN":
            stack.append(Part(value))
        elif name == "END":
            part = stack.pop()
            assert part.kind == value
            stack[-1].parts.append(part)
        else:
            params = dict(one.split("=", 1) for one in found["params"].split(";") if one)
            stack[-1].lines.append((name, params, value))
    (root,) = stack
    (calendar,) = root.parts
    assert calendar.kind == "VCALENDAR"
    return calendar


def check(calendar: Part) -> None:
    """Hold a calendar against the rules of a store. Raises AssertionError with the first broken one."""
    assert (calendar.values("VERSION"), len(calendar.values("PRODID"))) == (["2.0"], 1)
    assert calendar.values("METHOD") == []
    zones = [part.value("TZID") for part in calendar.parts if part.kind == "VTIMEZONE"]
    used = {params["TZID"] for part in calendar.within() for _n, params, _v in part.lines if "TZID" in params}
    assert len(zones) == len(set(zones))
    assert used <= set(zones)
    for part in calendar.within():
        if part.kind in WITH_UID:
            _check_dated(part)
    kinds = defaultdict(set)
    for part in calendar.parts:
        if part.kind != "VTIMEZONE":
            kinds[part.value("UID")].add(part.kind)
    assert all(len(known) == 1 for known in kinds.values())
    instances = Counter(
        (part.value("UID"), *part.values("RECURRENCE-ID"))
        for part in calendar.within()
        if part.kind in WITH_UID
    )
    assert max(instances.values(), default=1) == 1


def events(calendar: Part) -> dict[str, Part]:
    """Events by UID: one object resource each."""
    return {part.value("UID"): part for part in calendar.parts if part.kind == "VEVENT"}


def followed_by(before: Part, after: Part) -> bool:
    """Tell whether a client that has one version of an event would take the other for it, and for no older one."""
    was, now = (
        (int(part.value("SEQUENCE")), part.value("DTSTAMP"), part.value("LAST-MODIFIED"))
        for part in (before, after)
    )
    same = sorted(map(repr, before.lines)) == sorted(map(repr, after.lines))
    return before.value("UID") == after.value("UID") and (
        now == was if same else now > was and now[0] >= was[0]
    )


def _check_dated(part: Part) -> None:
    assert part.value("UID")
    assert MOMENT.fullmatch(part.value("DTSTAMP"))
    assert part.value("DTSTAMP").endswith("Z")
    if part.kind == "VAVAILABILITY":
        assert part.values("BUSYTYPE") in (["BUSY-UNAVAILABLE"], [])
        return
    for name in ("DTSTART", "DTEND"):
        ((params, value),) = [(params, value) for known, params, value in part.lines if known == name]
        assert MOMENT.fullmatch(value)
        assert value.endswith("Z") != ("TZID" in params)
    assert part.value("DTSTART") < part.value("DTEND")
    for name in ("SEQUENCE", "LAST-MODIFIED", "STATUS", "SUMMARY", "RRULE", "TRANSP"):
        assert len(part.values(name)) <= 1
