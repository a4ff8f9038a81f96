"""The bar of a round: its seven steps with their state in words, and what the acts are called."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, npgettext

from changes.errors import Sentence
from display.formats import money
from evaluations.entries.queries.coverage import Gap
from evaluations.enums import RoundState
from evaluations.rounds.blocking import FINALISE, OPEN, PUBLICISE, SCORE, SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.rounds.rules.working_days import working_days
from evaluations.snapshots.models import MetricSnapshot

DONE, NOW, OPENED, WAITING, BLOCKED, TODO = "done", "now", "open", "wait", "blocked", "todo"
REPORTING, JUDGING = 1, 2
"""The places of two steps in the bar: what units report, what experts score."""
ACT_LABELS: dict[str, Sentence] = {
    OPEN: _("Open for reporting"),
    SNAPSHOT: _("Take the snapshot"),
    SCORE: _("Score, grade and award"),
    PUBLICISE: _("Publicise the results"),
    FINALISE: _("Make final and seal"),
}


@dataclass(frozen=True)
class ProgressStep:
    """One step of the bar: icon, name, state (done, now, open beside it, wait, blocked, todo), word, date and count."""

    icon: str
    name: Sentence
    state: str
    word: Sentence
    date: dt.date | None = None
    count: str = ""


def steps_of(
    round_: Round,
    reports: list[Gap],
    scores: list[Gap],
    running: MetricSnapshot | None,
    present: str,
) -> tuple[ProgressStep, ...]:
    """The bar of a round: what is done, in progress, waiting or to do; `present` is the state of the present step."""
    order = list(RoundState)
    at = order.index(RoundState(round_.state))
    collecting = round_.state == RoundState.COLLECTING
    past_collecting = at > order.index(RoundState.COLLECTING)
    snapshot, waits = round_.snapshot, present == WAITING

    def part(complete: bool) -> str:
        if past_collecting or (collecting and complete):
            return DONE
        return NOW if collecting else TODO

    parts = _one_at_a_time(
        part(not reports), part(not scores), part(snapshot is not None and running is None)
    )
    scoring_state = DONE if past_collecting else (present if collecting and snapshot is not None else TODO)
    steps = [
        ("file-text", _("Terms"), present if not at else DONE, None, money(round_.budget, 0)),
        ("clipboard-list", _("Units report"), parts[0], round_.collecting_until, _open(reports)),
        ("user-check", _("Experts score"), parts[1], None, _open(scores)),
        (
            "database",
            _("Snapshot"),
            parts[2],
            None if snapshot is None else snapshot.finished_at,
            _instruments(snapshot),
        ),
        ("calculator", _("Scores and awards"), scoring_state, round_.scored_at, ""),
        (
            "speakerphone",
            _("Publicity"),
            WAITING if waits else _later(at, RoundState.SCORED, present),
            round_.publicity_start,
            _days(round_),
        ),
        (
            "lock",
            _("Final"),
            TODO if waits else _later(at, RoundState.PUBLICISED, present),
            round_.finalised_at,
            round_.digest[:12],
        ),
    ]
    return tuple(
        ProgressStep(icon, name, state, _word(state), _day(when), str(count))
        for icon, name, state, when, count in steps
    )


def _one_at_a_time(*states: str) -> list[str]:
    """The first that is in progress stays so; what may be done beside it is open."""
    first = states.index(NOW) if NOW in states else len(states)
    return [OPENED if state == NOW and at > first else state for at, state in enumerate(states)]


def _later(at: int, needs: RoundState, present: str) -> str:
    place = list(RoundState).index(needs)
    if at > place:
        return DONE
    return present if at == place else TODO


def _word(state: str) -> Sentence:
    return {
        DONE: _("done"),
        NOW: _("in progress"),
        OPENED: _("open beside it"),
        WAITING: _("waiting"),
        BLOCKED: _("blocked"),
        TODO: _("not begun"),
    }[state]


def _open(gaps: list[Gap]) -> str:
    missing = sum(gap.missing for gap in gaps)
    return ngettext("%(n)s value open", "%(n)s values open", missing) % {"n": missing} if missing else ""


def _instruments(snapshot: MetricSnapshot | None) -> str:
    if snapshot is None:
        return ""
    words = npgettext("a number in a row", "%(n)s instrument", "%(n)s instruments", snapshot.total)
    return words % {"n": f"{snapshot.total:,}"}


def _days(round_: Round) -> str:
    if round_.publicity_start is None or round_.publicity_end is None:
        return ""
    days = working_days(round_.publicity_start, round_.publicity_end)
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def _day(moment: dt.date | dt.datetime | None) -> dt.date | None:
    return timezone.localdate(moment) if isinstance(moment, dt.datetime) else moment
