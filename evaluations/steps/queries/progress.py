"""Where a round stands: its steps, the next legal act, what is in its way, who is late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from changes.errors import Sentence
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
from evaluations.steps.wording.bar import ACT_LABELS, BLOCKED, NOW, WAITING, ProgressStep, steps_of
from members.models import MemberUnit

RUNS = "publicity_runs"
"""The blocker that only asks for patience."""


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
class Progress:
    """Everything the head of the round page says. `verb` "" means that nothing is left to do.

    window: only while publicity runs, when the round just waits and nothing is wrong.
    """

    steps: tuple[ProgressStep, ...]
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
    def step(self) -> ProgressStep | None:
        """The present step; None once the round is final."""
        return self.steps[self.place] if self.place < len(self.steps) else None


def next_verb(round_: Round) -> str:
    """The next legal act; "" for a final round."""
    if round_.state == RoundState.DRAFT:
        return OPEN
    if round_.state == RoundState.COLLECTING:
        return SNAPSHOT if round_.snapshot_id is None else SCORE
    return {RoundState.SCORED: PUBLICISE, RoundState.PUBLICISED: FINALISE}.get(RoundState(round_.state), "")


def progress_of(round_: Round, *, now: dt.datetime | None = None) -> Progress:
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
    steps = steps_of(round_, reports, scores, running, present)
    place = next((at for at, step in enumerate(steps) if step.state in {NOW, WAITING, BLOCKED}), len(steps))
    return Progress(
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
