"""What is in the way of the next step of a round, spelled out; warnings are told but do not stop it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

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
        found = [
            Blocker(
                "scheme_invalid",
                _("The scheme cannot be read: %(problem)s. Correct it, or choose another version."),
                {"problem": str(refused.problems[0])},
            )
        ]
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
        yield Blocker(
            "no_budget", _("The budget is ¥0.00, but the scheme gives awards. Enter the year's budget."), {}
        )
    if definition.award_rule is not None and round_.kind == ObjectKind.INSTRUMENT:
        yield Blocker(
            "award_of_instruments",
            _(
                "The scheme gives awards, but judges single instruments, and an award goes to a legal person. "
                "Make a new version of it without award_rule."
            ),
            {},
        )
    if round_.kind != definition.object_kind:
        yield Blocker(
            "kind_differs",
            _("The round judges something else than its scheme does. Choose the scheme anew in the terms."),
            {},
        )
    if not Instrument.objects.exists():
        yield Blocker("no_instruments", _("No instrument is registered, so there is nothing to judge."), {})
    if round_.collecting_until is None:
        yield Blocker(
            "no_deadline",
            _("No day is set until which units report; without one nobody knows when scoring may begin."),
            {},
            hard=False,
        )


def _running(round_: Round) -> MetricSnapshot | None:
    return round_.snapshots.filter(state__in=OPEN_SNAPSHOTS).first()


def _at_work(round_: Round) -> Iterator[Blocker]:
    """What is being done in the background, for which every step waits; and what failed there last."""
    running = _running(round_)
    if running is not None:
        yield _still_running(running)
    scoring = round_.scorings.order_by("-pk").first()
    if scoring is not None and scoring.state in OPEN_SCORINGS:
        yield Blocker(
            "scoring_running",
            _("The round is being scored: %(done)s of %(total)s objects."),
            {"done": scoring.done, "total": scoring.total},
        )
    elif scoring is not None and scoring.state == ScoringState.FAILED:
        yield Blocker(
            "scoring_failed", _("The last scoring failed: %(why)s"), {"why": scoring.error}, hard=False
        )
    newest = round_.snapshots.order_by("-number").first()
    if newest is not None and newest.state == SnapshotState.FAILED:
        yield Blocker(
            "snapshot_failed",
            _("Snapshot %(number)s failed: %(why)s Take it again."),
            {"number": newest.number, "why": newest.error},
            hard=False,
        )


def _snapshot(round_: Round, now: dt.datetime) -> Iterator[Blocker]:
    yield from _at_work(round_)
    if now < round_.data_end:
        yield Blocker(
            "period_runs",
            _(
                "The data period runs until %(day)s. A snapshot taken before it is over is only for looking: "
                "scoring needs one taken afterwards."
            ),
            {"day": _day(round_.data_last_day)},
            hard=False,
        )


def _still_running(running: MetricSnapshot) -> Blocker:
    return Blocker(
        "snapshot_running",
        _("Snapshot %(number)s is still being taken: %(done)s of %(total)s instruments."),
        {"number": running.number, "done": running.done, "total": running.total},
    )


def _scoring(round_: Round, definition: SchemeDefinition, today: dt.date) -> Iterator[Blocker]:
    yield from _at_work(round_)
    if round_.snapshot_id is None:
        if _running(round_) is None:
            yield Blocker("no_snapshot", _("There is no snapshot of the usage data yet. Take one first."), {})
        return
    yield from _evidence(round_)
    yield from unmerged_names(round_)
    still_open = round_.collecting_until is not None and today <= round_.collecting_until
    for gap in reporting_gaps(round_, definition):
        yield _unreported(round_, gap, still_open)
    yield from _reported_late(round_)
    for gap in scoring_gaps(round_, definition):
        yield Blocker(
            "score_missing",
            ngettext_lazy(
                "“%(indicator)s” is not scored yet for %(count)s of %(judged)s objects. Give the score first.",
                "“%(indicator)s” is not scored yet for %(count)s of %(judged)s objects. Give the scores first.",
                "count",
            ),
            {"indicator": _named(gap), "count": gap.missing, "judged": gap.judged},
        )


def _evidence(round_: Round) -> Iterator[Blocker]:
    """What is wrong with the snapshot the round rests on, or happened since."""
    if round_.snapshot is not None:
        yield from too_early(round_, round_.snapshot)
        yield from afterwards(round_, round_.snapshot)


def _unreported(round_: Round, gap: Gap, still_open: bool) -> Blocker:
    values = {"indicator": _named(gap), "count": gap.missing, "judged": gap.judged}
    if still_open:
        return Blocker(
            "unreported",
            ngettext_lazy(
                "“%(indicator)s”: %(count)s of %(judged)s has not reported and may do so until %(day)s.",
                "“%(indicator)s”: %(count)s of %(judged)s have not reported and may do so until %(day)s.",
                "count",
            ),
            values | {"day": _day(round_.collecting_until)},
        )
    return Blocker(
        "unreported",
        ngettext_lazy(
            "“%(indicator)s”: %(count)s of %(judged)s has not reported and will get 0 points there.",
            "“%(indicator)s”: %(count)s of %(judged)s have not reported and will get 0 points there.",
            "count",
        ),
        values,
        hard=False,
    )


def _reported_late(round_: Round) -> Iterator[Blocker]:
    """Name who reported after the last day: it counts, and the department is to know."""
    if round_.late_from is None:
        return
    rows = round_.reported_values.filter(reported_at__gte=round_.late_from)
    late = list(rows.values_list("unit__code", flat=True))
    if late:
        yield Blocker(
            "reported_late",
            ngettext_lazy(
                "%(count)s value was reported after the last day, %(day)s, and counts: %(units)s.",
                "%(count)s values were reported after the last day, %(day)s, and count: %(units)s.",
                "count",
            ),
            {"count": len(late), "day": _day(round_.collecting_until), "units": ", ".join(sorted(set(late)))},
            hard=False,
        )


def _publicity(
    round_: Round,
    definition: SchemeDefinition,
    today: dt.date,
    window: tuple[dt.date, dt.date] | None,
) -> Iterator[Blocker]:
    if not round_.results.exists():
        yield Blocker("no_results", _("The round has no results: nobody was in scope."), {})
    yield from _evidence(round_)
    if window is not None:
        yield from _window(window, today)
    for tie in open_ties(round_):
        yield Blocker(
            "tied_at_quota",
            _(
                "%(codes)s are equal in every score, and a quota has no room for all of them. "
                "Decide in which order they are served, and give the reason."
            ),
            {"codes": ", ".join(tie)},
        )
    if definition.award_rule is not None and round_.kind == ObjectKind.UNIT:
        given = (round_.awards.aggregate(sum=Sum("amount"))["sum"] or ZERO).quantize(Decimal("0.01"))
        if given != round_.budget:
            yield Blocker(
                "budget_left",
                _("%(left)s of the budget is given to nobody, because everyone eligible is at the cap.")
                if round_.awards.exists()
                else _(
                    "%(left)s of the budget is given to nobody, because no grade that gets an award was given."
                ),
                {"left": money(round_.budget - given)},
                hard=False,
            )


def _window(window: tuple[dt.date, dt.date], today: dt.date) -> Iterator[Blocker]:
    first, last = window
    if first < today:
        yield Blocker(
            "window_past", _("The publicity begins today or later, not on %(day)s."), {"day": _day(first)}
        )
    if last < first:
        yield Blocker("window_order", _("The publicity ends on or after its first day."), {})
        return
    for year in years_without_calendar(first, last):
        # The State Council publishes it in the autumn before; a round must not wait for our copy of it.
        yield Blocker(
            "no_calendar",
            _(
                "The public holidays of %(year)s are not known here yet, so Monday to Friday are counted. "
                "Make sure that the window has enough working days."
            ),
            {"year": str(year)},
            hard=False,
        )
    if working_days(first, last) < LEAST_WORKING_DAYS:
        yield Blocker(
            "window_short",
            _("The publicity lasts at least %(least)s working days; these are %(days)s."),
            {"least": LEAST_WORKING_DAYS, "days": working_days(first, last)},
        )


def _final(round_: Round, today: dt.date) -> Iterator[Blocker]:
    if round_.publicity_end is not None and today <= round_.publicity_end:
        yield Blocker(
            "publicity_runs",
            _("The publicity runs until %(day)s; objections can be made until then."),
            {"day": _day(round_.publicity_end)},
        )


def _named(gap: Gap) -> str:
    return gap.name_en if (get_language() or "").startswith("en") else gap.name_zh


def _day(day: dt.date | None) -> str:
    return "–" if day is None else local_date(day, get_language())
