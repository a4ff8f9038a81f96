"""The notices of evaluations, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.topics import Topic

KINDS = {
    "evaluation_opened": (
        _("The evaluation of %(year)s has begun: report for %(unit)s"),
        _(
            "Please report the values the scheme asks of %(unit)s by %(until)s. What is not reported counts 0 "
            "points."
        ),
    ),
    "evaluation_publicised": (
        _("Proposed result of %(unit)s in the evaluation of %(year)s"),
        _(
            "The proposed results are public until %(until)s. On your unit's page every score stands with its "
            "calculation. Objections are made in writing within this time."
        ),
    ),
    "evaluation_final": (
        _("Final result of %(unit)s in the evaluation of %(year)s"),
        _("The results are final. Your unit's page shows score, grade and subsidy."),
    ),
    "evaluation_withdrawn": (
        _("The proposed result of %(unit)s in the evaluation of %(year)s is withdrawn"),
        _(
            "The department took the publicity back and corrects the results: %(reason)s. They will be "
            "publicised anew, with a new time for objections."
        ),
    ),
    "evaluation_reopened_for": (
        _("The evaluation of %(year)s is open again for %(unit)s"),
        _(
            "The department reopened the values of %(unit)s for a correction: %(reason)s. Please look through "
            "what is reported; the results are worked out anew afterwards."
        ),
    ),
    "evaluation_terms_changed": (
        _("The terms of the evaluation of %(year)s have changed"),
        _(
            "The department changed the terms: %(reason)s. Please look at what is asked of %(unit)s; values "
            "can be reported until %(until)s."
        ),
    ),
    "evaluation_reminder": (
        _("Values of %(unit)s for the evaluation of %(year)s are still missing"),
        _(
            "Values still missing: %(missing)s. Please report them by %(until)s; what is not reported counts 0 "
            "points."
        ),
    ),
    "evaluation_values_withdrawn": (
        _("Values of %(unit)s for the evaluation of %(year)s are taken back"),
        _("The department took back what was reported for %(unit)s. Reason: %(reason)s"),
    ),
    "evaluation_expert_gone": (
        _("An expert of the evaluation of %(year)s is gone: %(person)s"),
        _(
            "%(person)s gives no more scores. Scores already given stay; whether others are enough is the "
            "department's to decide."
        ),
    ),
}
TOPICS = {Topic.EVALUATION: tuple(KINDS)}
