"""Tells people that a report is done: joins two rooms that do not know each other."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from changes import Work
from changes.errors import Sentence
from notices.kinds import register_all
from reporting.models import ReportRun, RunState
from reporting.registry import when_finished

MOST_NAMED = 8
"""So many characters a notice names; the page of the report has the rest."""
KINDS: dict[str, tuple[Sentence, Sentence]] = {
    "report_done": (
        _("Your report is done: %(report)s"),
        _("You can download it until %(kept_until)s."),
    ),
    "report_done_with_gaps": (
        _("Your report is done: %(report)s"),
        _(
            "You can download it until %(kept_until)s. These characters could not be printed: %(characters)s. "
            "The report's page names where they stand."
        ),
    ),
    "report_failed": (_("Your report could not be made: %(report)s"), "%(reason)s"),
}


def register_report_notices() -> None:
    """Bring the sentences, and ask to be told; called once the models are loaded."""
    register_all(KINDS)
    when_finished(tell)


def tell(work: Work, run: ReportRun, names: dict[str, str]) -> None:
    """Tell who asked, in the change that finished the run."""
    reader = [run.requested_by]
    link = reverse("reporting:run", args=[run.pk])
    if run.state == RunState.DONE and run.missing_glyphs:
        gaps = {"report": names, "kept_until": run.expires_at, "characters": _characters(run)}
        work.tell(reader, "report_done_with_gaps", gaps, link)
    elif run.state == RunState.DONE:
        work.tell(reader, "report_done", {"report": names, "kept_until": run.expires_at}, link)
    else:
        work.tell(reader, "report_failed", {"report": names, "reason": run.error}, link)


def _characters(run: ReportRun) -> dict[str, str]:
    named = [f"{glyph['character']} ({glyph['code']})" for glyph in run.missing_glyphs[:MOST_NAMED]]
    if len(run.missing_glyphs) > MOST_NAMED:
        named.append("…")
    return {"zh": "、".join(named), "en": ", ".join(named)}
