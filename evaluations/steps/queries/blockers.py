"""What is in the way of the next step of a round, spelled out; warnings are told but do not stop it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import get_language

from display.formats import local_date, money
from evaluations.entries.queries.coverage import Gap, reporting_gaps, scoring_gaps
from evaluations.enums import ObjectKind
from evaluations.errors import Blocker
from evaluations.results.enums import OPEN as OPEN_SCORINGS
from evaluations.results.enums import ScoringState
from evaluations.results.queries.ties import open_ties
from evaluations.rounds.blocking import FINALISE, OPEN, PUBLICISE, SCORE, SNAPSHOT
from evaluations.rounds.models import Round
from evaluations.rounds.rules.working_days import working_days, years_without_calendar
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import SchemeDefinition
from evaluations.scoring.problems import SchemeProblems
from evaluations.snapshots.enums import OPEN as OPEN_SNAPSHOTS
from evaluations.snapshots.enums import SnapshotState
from evaluations.snapshots.models import MetricSnapshot
from evaluations.snapshots.queries.afterwards import afterwards, too_early
from evaluations.snapshots.queries.private_names import unmerged_names
from evaluations.steps.wording.blockers import blocker
from instruments.inventory.models import Instrument

LEAST_WORKING_DAYS = 5
"""A publicity window (公示) lasts at least five working days."""
ZERO = Decimal(0)


def blockers(
    round_: Round,
    verb: str,
    *,
    now: dt.datetime | None = None,
    window: tuple[dt.date, dt.date] | None = None,
) -> list[Blocker]:
    """All that is in the way of `verb` (OPEN, SNAPSHOT, SCORE, PUBLICISE, FINALISE), hard ones first.

    `window`: first and last day of the publicity wanted (both included). Raises ValueError for an unknown verb.
    """
    moment = now or timezone.now()
    try:
        definition = definition_of(round_.scheme)
    except SchemeProblems as refused:
        found = [blocker("scheme_invalid", problem=str(refused.problems[0]))]
    else:
        found = list(_found(round_, verb, definition, moment, window))
    return sorted(found, key=lambda blocker: not blocker.hard)


def _found(
    round_: Round,
    verb: str,
    definition: SchemeDefinition,
    now: dt.datetime,
    window: tuple[dt.date, dt.date] | None,
) -> Iterator[Blocker]:
    if verb == OPEN:
        yield from _opening(round_, definition)
    elif verb == SNAPSHOT:
        yield from _snapshot(round_, now)
    elif verb == SCORE:
        yield from _scoring(round_, definition, timezone.localdate(now))
    elif verb == PUBLICISE:
        yield from _publicity(round_, definition, timezone.localdate(now), window)
    elif verb == FINALISE:
        yield from _final(round_, timezone.localdate(now))
    else:
        raise ValueError(f"A round has no step {verb!r}.")


def _opening(round_: Round, definition: SchemeDefinition) -> Iterator[Blocker]:
    if definition.award_rule is not None and round_.kind == ObjectKind.UNIT and not round_.budget:
        yield blocker("no_budget")
    if definition.award_rule is not None and round_.kind == ObjectKind.INSTRUMENT:
        yield blocker("award_of_instruments")
    if round_.kind != definition.object_kind:
        yield blocker("kind_differs")
    if not Instrument.objects.exists():
        yield blocker("no_instruments")
    if round_.collecting_until is None:
        yield blocker("no_deadline")


def _running(round_: Round) -> MetricSnapshot | None:
    return round_.snapshots.filter(state__in=OPEN_SNAPSHOTS).first()


def _at_work(round_: Round) -> Iterator[Blocker]:
    """What is being done in the background, for which every step waits; and what failed there last."""
    running = _running(round_)
    if running is not None:
        yield _still_running(running)
    scoring = round_.scorings.order_by("-pk").first()
    if scoring is not None and scoring.state in OPEN_SCORINGS:
        yield blocker("scoring_running", done=scoring.done, total=scoring.total)
    elif scoring is not None and scoring.state == ScoringState.FAILED:
        yield blocker("scoring_failed", why=scoring.error)
    newest = round_.snapshots.order_by("-number").first()
    if newest is not None and newest.state == SnapshotState.FAILED:
        yield blocker("snapshot_failed", number=newest.number, why=newest.error)


def _snapshot(round_: Round, now: dt.datetime) -> Iterator[Blocker]:
    yield from _at_work(round_)
    if now < round_.data_end:
        yield blocker("period_runs", day=_day(round_.data_last_day))


def _still_running(running: MetricSnapshot) -> Blocker:
    return blocker("snapshot_running", number=running.number, done=running.done, total=running.total)


def _scoring(round_: Round, definition: SchemeDefinition, today: dt.date) -> Iterator[Blocker]:
    yield from _at_work(round_)
    if round_.snapshot_id is None:
        if _running(round_) is None:
            yield blocker("no_snapshot")
        return
    yield from _evidence(round_)
    yield from unmerged_names(round_)
    still_open = round_.collecting_until is not None and today <= round_.collecting_until
    for gap in reporting_gaps(round_, definition):
        yield _unreported(round_, gap, still_open)
    yield from _reported_late(round_)
    for gap in scoring_gaps(round_, definition):
        yield blocker("score_missing", indicator=_gap_name(gap), count=gap.missing, judged=gap.judged)


def _evidence(round_: Round) -> Iterator[Blocker]:
    """What is wrong with the snapshot the round rests on, or happened since."""
    if round_.snapshot is not None:
        yield from too_early(round_, round_.snapshot)
        yield from afterwards(round_, round_.snapshot)


def _unreported(round_: Round, gap: Gap, still_open: bool) -> Blocker:
    values = {"indicator": _gap_name(gap), "count": gap.missing, "judged": gap.judged}
    if still_open:
        return blocker("unreported", **values, day=_day(round_.collecting_until))
    return blocker("unreported:over", **values)


def _reported_late(round_: Round) -> Iterator[Blocker]:
    """Name who reported after the last day: it counts, and the department is to know."""
    if round_.late_from is None:
        return
    rows = round_.reported_values.filter(reported_at__gte=round_.late_from)
    late = list(rows.values_list("unit__code", flat=True))
    if late:
        yield blocker(
            "reported_late",
            count=len(late),
            day=_day(round_.collecting_until),
            units=", ".join(sorted(set(late))),
        )


def _publicity(
    round_: Round,
    definition: SchemeDefinition,
    today: dt.date,
    window: tuple[dt.date, dt.date] | None,
) -> Iterator[Blocker]:
    if not round_.results.exists():
        yield blocker("no_results")
    yield from _evidence(round_)
    if window is not None:
        yield from _window(window, today)
    for tie in open_ties(round_):
        yield blocker("tied_at_quota", codes=", ".join(tie))
    if definition.award_rule is not None and round_.kind == ObjectKind.UNIT:
        given = (round_.awards.aggregate(sum=Sum("amount"))["sum"] or ZERO).quantize(Decimal("0.01"))
        if given != round_.budget:
            yield blocker(
                "budget_left" if round_.awards.exists() else "budget_left:no_grade",
                left=money(round_.budget - given),
            )


def _window(window: tuple[dt.date, dt.date], today: dt.date) -> Iterator[Blocker]:
    first, last = window
    if first < today:
        yield blocker("window_past", day=_day(first))
    if last < first:
        yield blocker("window_order")
        return
    for year in years_without_calendar(first, last):
        # The State Council publishes it in the autumn before; a round must not wait for our copy of it.
        yield blocker("no_calendar", year=str(year))
    if working_days(first, last) < LEAST_WORKING_DAYS:
        yield blocker("window_short", least=LEAST_WORKING_DAYS, days=working_days(first, last))


def _final(round_: Round, today: dt.date) -> Iterator[Blocker]:
    if round_.publicity_end is not None and today <= round_.publicity_end:
        yield blocker("publicity_runs", day=_day(round_.publicity_end))


def _gap_name(gap: Gap) -> str:
    return gap.name_en if (get_language() or "").startswith("en") else gap.name_zh


def _day(day: dt.date | None) -> str:
    return "–" if day is None else local_date(day, get_language())
