"""The checker finds what it is there to find: each kind of loss in a history that was true before."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.chaos import checker

START = dt.datetime(2026, 12, 14, 1, tzinfo=dt.UTC)
LATER = START + dt.timedelta(hours=5)


class Rows:
    """Answers the checker's queries: bookings, pairs that overlap, report runs."""

    def __init__(self, bookings, overlaps=0, runs=()):
        self.answers = {
            "SELECT id::text, purpose": bookings,
            "\nSELECT count(*)": [(overlaps,)],
            "SELECT id::text, state": runs,
        }

    def execute(self, query):
        """The rows of whichever query it is."""
        (self.found,) = [rows for begin, rows in self.answers.items() if query.startswith(begin)]
        return self

    def __iter__(self):
        return iter(self.found)

    def fetchone(self):
        return self.found[0]

    def fetchall(self):
        return list(self.found)


def history(*, moved=200, cancelled=None):
    """A booking that was made, moved and perhaps cancelled, one that was refused, a report."""
    body = {"start": START.isoformat()}
    lines = [
        {"step": "asked", "verb": "book", "key": "a", "body": body},
        {"step": "answered", "verb": "book", "key": "a", "status": 201, "id": "1"},
        {"step": "asked", "verb": "move", "key": "b", "body": {"start": LATER.isoformat()}, "booking": "1"},
        {
            "step": "answered" if moved else "unknown",
            "verb": "move",
            "key": "b",
            "status": moved,
            "booking": "1",
        },
        {"step": "asked", "verb": "book", "key": "c", "body": body},
        {"step": "answered", "verb": "book", "key": "c", "status": 409, "id": None},
        {"step": "asked", "verb": "report", "key": "d", "body": {}},
        {"step": "answered", "verb": "report", "key": "d", "status": 202, "id": "9"},
    ]
    if cancelled:
        lines += [
            {"step": "asked", "verb": "cancel", "key": "e", "body": {}, "booking": "1"},
            {"step": "answered", "verb": "cancel", "key": "e", "status": cancelled, "booking": "1"},
        ]
    return lines


GOOD = ("1", "chaos a", "confirmed", LATER, 2)
RUN = [("9", "done")]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (Rows([GOOD], runs=RUN), history()),
        (Rows([("1", "chaos a", "cancelled", LATER, 3)], runs=RUN), history(cancelled=200)),
        (Rows([GOOD], runs=RUN), history(moved=0)),
        (Rows([("1", "chaos a", "confirmed", START, 1)], runs=RUN), history(moved=0)),
    ],
)
def test_what_was_told_and_what_may_be(rows, lines):
    """A change without an answer may have been made or not."""
    assert checker.faults(rows, lines) == []


@pytest.mark.parametrize(
    ("rows", "lines", "found"),
    [
        (Rows([], runs=RUN), history(), "booking a: told 201, 0 rows"),
        (Rows([GOOD, ("2", *GOOD[1:])], runs=RUN), history(), "booking a: told 201, 2 rows"),
        (
            Rows([GOOD, ("2", "chaos c", "confirmed", START, 1)], runs=RUN),
            history(),
            "booking c: told 409, 1 rows",
        ),
        (
            Rows([("1", "chaos a", "confirmed", START, 1)], runs=RUN),
            history(),
            "1 changes acknowledged, version 1",
        ),
        (
            Rows([("1", "chaos a", "confirmed", LATER, 3)], runs=RUN),
            history(),
            "1 changes acknowledged, version 3",
        ),
        (Rows([("1", "chaos a", "confirmed", START, 2)], runs=RUN), history(), f"told {LATER}"),
        (
            Rows([("1", "chaos a", "confirmed", LATER, 3)], runs=RUN),
            history(cancelled=200),
            "cancelled: True",
        ),
        (Rows([GOOD], overlaps=1, runs=RUN), history(), "1 pairs of bookings overlap"),
        (Rows([GOOD], runs=[]), history(), "report 9: None"),
        (Rows([GOOD], runs=[("9", "running")]), history(), "report 9: running"),
        (Rows([GOOD], runs=[*RUN, ("8", "done")]), history(), "2 report runs, 1 accepted"),
    ],
)
def test_each_kind_of_loss_is_found(rows, lines, found):
    """Lost, doubled, made although refused, undone, elsewhere, not ended."""
    (fault,) = checker.faults(rows, lines)
    assert found in fault
