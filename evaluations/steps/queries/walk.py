"""Where a round stands: its steps, the next legal act, what is in its way, who is late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, npgettext

from display.formats import money
from evaluations.entries.queries.coverage import Gap, late_units, reporting_gaps, scoring_gaps
from evaluations.enums import RoundState
from evaluations.errors import Blocker
from evaluations.results.enums import OPEN as OPEN_SCORINGS
from evaluations.results.models import ScoringRun
from evaluations.rounds.blocking import FINALISE, OPEN, PUBLICISE, SCORE, SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.rounds.rules.working_days import working_days
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.problems import SchemeProblems
from evaluations.snapshots.enums import OPEN as OPEN_SNAPSHOTS
from evaluations.snapshots.models import MetricSnapshot
from evaluations.steps.queries.blockers import blockers
from members.models import MemberUnit

Sentence = str | Promise
DONE, NOW, OPENED, WAITING, BLOCKED, TODO = "done", "now", "open", "wait", "blocked", "todo"
REPORTING, JUDGING = 1, 2
"""The places of two steps in the bar: what units report, what experts score."""
RUNS = "publicity_runs"
"""The blocker that only asks for patience."""
ACT_LABELS: dict[str, Sentence] = {
    OPEN: _("Open for reporting"),
    SNAPSHOT: _("Take the snapshot"),
    SCORE: _("Score, grade and award"),
    PUBLICISE: _("Publicise the results"),
    FINALISE: _("Make final and seal"),
}


@dataclass(frozen=True)
class Step:
    """One step of the bar: icon, name, state (done, now, open beside it, wait, blocked, todo), word, date and count."""

    icon: str
    name: Sentence
    state: str
    word: Sentence
    date: dt.date | None = None
    count: str = ""


@dataclass(frozen=True)
class Ahead:
    """What the scoring will wait for, told before it is the next step: an indicator and how many objects lack it."""

    gap: Gap
    by_hand: bool


@dataclass(frozen=True)
class Window:
    """The publicity window while it runs: working day `day` of `days` (0 before it begins), its last day."""

    day: int
    days: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Walk:
    """Everything the head of the round page says. `verb` "" means that nothing is left to do.

    window: only while publicity runs, when the round just waits and nothing is wrong.
    """

    steps: tuple[Step, ...]
    place: int
    verb: str
    label: Sentence
    blockers: tuple[Blocker, ...]
    late: tuple[tuple[MemberUnit, int], ...]
    running: MetricSnapshot | None
    scoring: ScoringRun | None
    days_left: int
    ahead: tuple[Ahead, ...]
    window: Window | None

    @property
    def hard(self) -> tuple[Blocker, ...]:
        """What stops the next step."""
        return tuple(blocker for blocker in self.blockers if blocker.hard)

    @property
    def warnings(self) -> tuple[Blocker, ...]:
        """What the department should know before it takes the step."""
        return tuple(blocker for blocker in self.blockers if not blocker.hard)

    @property
    def working(self) -> bool:
        """Whether nothing but work under way stops the next step: it is to be waited for, not dealt with."""
        return (self.running is not None or self.scoring is not None) and len(self.hard) == 1

    @property
    def step(self) -> Step | None:
        """The present step; None once the round is final."""
        return self.steps[self.place] if self.place < len(self.steps) else None


def next_verb(round_: Round) -> str:
    """The next legal act; "" for a final round."""
    if round_.state == RoundState.DRAFT:
        return OPEN
    if round_.state == RoundState.COLLECTING:
        return SNAPSHOT if round_.snapshot_id is None else SCORE
    return {RoundState.SCORED: PUBLICISE, RoundState.PUBLICISED: FINALISE}.get(RoundState(round_.state), "")


def walk(round_: Round, *, now: dt.datetime | None = None) -> Walk:
    """Where the round stands at this moment."""
    moment = now or timezone.now()
    verb = next_verb(round_)
    found = tuple(blockers(round_, verb, now=moment)) if verb else ()
    reports, scores = _gaps(round_)
    running = round_.snapshots.filter(state__in=OPEN_SNAPSHOTS).first()
    scoring = round_.scorings.filter(state__in=OPEN_SCORINGS).first()
    today = timezone.localdate(moment)
    left = 0
    if round_.state == RoundState.PUBLICISED and round_.publicity_start and round_.publicity_end:
        left = working_days(max(today, round_.publicity_start), round_.publicity_end)
    window = _window(round_, found, today)
    present = WAITING if window else BLOCKED if any(blocker.hard for blocker in found) else NOW
    steps = _steps(round_, reports, scores, running, present)
    place = next((at for at, step in enumerate(steps) if step.state in {NOW, WAITING, BLOCKED}), len(steps))
    return Walk(
        steps=steps,
        place=place,
        verb=verb,
        label=ACT_LABELS.get(verb, ""),
        blockers=found,
        late=tuple(late_units(reports)) if round_.state == RoundState.COLLECTING else (),
        running=running,
        scoring=scoring,
        days_left=left,
        ahead=_ahead(reports, scores) if verb == SNAPSHOT else (),
        window=window,
    )


def _ahead(reports: list[Gap], scores: list[Gap]) -> tuple[Ahead, ...]:
    return (
        *(Ahead(gap, by_hand=True) for gap in scores),
        *(Ahead(gap, by_hand=False) for gap in reports),
    )


def _window(round_: Round, found: tuple[Blocker, ...], today: dt.date) -> Window | None:
    first, last = round_.publicity_start, round_.publicity_end
    if first is None or last is None or [blocker.code for blocker in found if blocker.hard] != [RUNS]:
        return None
    passed = working_days(first, today) if today >= first else 0
    return Window(passed, working_days(first, last), first, last)


def _gaps(round_: Round) -> tuple[list[Gap], list[Gap]]:
    if round_.state != RoundState.COLLECTING:
        return [], []
    try:
        definition = definition_of(round_.scheme)
    except SchemeProblems:
        return [], []
    return reporting_gaps(round_, definition), scoring_gaps(round_, definition)


def _steps(
    round_: Round,
    reports: list[Gap],
    scores: list[Gap],
    running: MetricSnapshot | None,
    present: str,
) -> tuple[Step, ...]:
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
        Step(icon, name, state, _word(state), _day(when), str(count))
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
