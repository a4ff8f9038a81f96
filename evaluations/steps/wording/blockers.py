"""What may be in the way of a step of a round, in sentences; warnings are told but do not stop it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from changes.errors import Sentence
from evaluations.errors import Blocker

SENTENCES: dict[str, Sentence] = {
    "scheme_invalid": _("The scheme cannot be read: %(problem)s. Correct it, or choose another version."),
    "no_budget": _("The budget is ¥0.00, but the scheme gives awards. Enter the year's budget."),
    "award_of_instruments": _(
        "The scheme gives awards, but judges single instruments, and an award goes to a legal person. "
        "Make a new version of it without award_rule."
    ),
    "kind_differs": _(
        "The round judges something else than its scheme does. Choose the scheme anew in the terms."
    ),
    "no_instruments": _("No instrument is registered, so there is nothing to judge."),
    "no_deadline": _(
        "No day is set until which units report; without one nobody knows when scoring may begin."
    ),
    "scoring_running": _("The round is being scored: %(done)s of %(total)s objects."),
    "scoring_failed": _("The last scoring failed: %(why)s"),
    "snapshot_failed": _("Snapshot %(number)s failed: %(why)s Take it again."),
    "period_runs": _(
        "The data period runs until %(day)s. A snapshot taken before it is over is only for looking: "
        "scoring needs one taken afterwards."
    ),
    "snapshot_running": _("Snapshot %(number)s is still being taken: %(done)s of %(total)s instruments."),
    "no_snapshot": _("There is no snapshot of the usage data yet. Take one first."),
    "score_missing": ngettext_lazy(
        "“%(indicator)s” is not scored yet for %(count)s of %(judged)s objects. Give the score first.",
        "“%(indicator)s” is not scored yet for %(count)s of %(judged)s objects. Give the scores first.",
        "count",
    ),
    "unreported": ngettext_lazy(
        "“%(indicator)s”: %(count)s of %(judged)s has not reported and may do so until %(day)s.",
        "“%(indicator)s”: %(count)s of %(judged)s have not reported and may do so until %(day)s.",
        "count",
    ),
    "unreported:over": ngettext_lazy(
        "“%(indicator)s”: %(count)s of %(judged)s has not reported and will get 0 points there.",
        "“%(indicator)s”: %(count)s of %(judged)s have not reported and will get 0 points there.",
        "count",
    ),
    "reported_late": ngettext_lazy(
        "%(count)s value was reported after the last day, %(day)s, and counts: %(units)s.",
        "%(count)s values were reported after the last day, %(day)s, and count: %(units)s.",
        "count",
    ),
    "no_results": _("The round has no results: nobody was in scope."),
    "tied_at_quota": _(
        "%(codes)s are equal in every score, and a quota has no room for all of them. "
        "Decide in which order they are served, and give the reason."
    ),
    "budget_left": _("%(left)s of the budget is given to nobody, because everyone eligible is at the cap."),
    "budget_left:no_grade": _(
        "%(left)s of the budget is given to nobody, because no grade that gets an award was given."
    ),
    "window_past": _("The publicity begins today or later, not on %(day)s."),
    "window_order": _("The publicity ends on or after its first day."),
    "no_calendar": _(
        "The public holidays of %(year)s are not known here yet, so Monday to Friday are counted. "
        "Make sure that the window has enough working days."
    ),
    "window_short": _("The publicity lasts at least %(least)s working days; these are %(days)s."),
    "publicity_runs": _("The publicity runs until %(day)s; objections can be made until then."),
}
"""By code; what follows a colon tells two sentences of one code apart."""
WARNINGS = frozenset(
    {
        "budget_left",
        "budget_left:no_grade",
        "no_calendar",
        "no_deadline",
        "period_runs",
        "reported_late",
        "scoring_failed",
        "snapshot_failed",
        "unreported:over",
    }
)


def blocker(key: str, **values: Any) -> Blocker:
    """What is in the way, with its numbers."""
    return Blocker(key.partition(":")[0], SENTENCES[key], values, hard=key not in WARNINGS)
