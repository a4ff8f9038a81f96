"""The history's verbs about rounds, schemes, values and scores, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "evaluations.refused": _("refused (evaluation)"),
    "evaluations.round.changed": _("round changed"),
    "evaluations.round.created": _("round begun"),
    "evaluations.round.finalised": _("round made final"),
    "evaluations.round.opened": _("collecting opened"),
    "evaluations.round.publicised": _("result publicised"),
    "evaluations.round.publicity_withdrawn": _("publicity withdrawn"),
    "evaluations.round.reminded": _("late units reminded"),
    "evaluations.round.reopened": _("round taken back a step"),
    "evaluations.round.scored": _("round scored"),
    "evaluations.round.snapshot_abandoned": _("snapshot abandoned"),
    "evaluations.round.snapshot_done": _("snapshot taken"),
    "evaluations.round.snapshot_requested": _("snapshot asked for"),
    "evaluations.round.tie_decided": _("order of equals decided"),
    "evaluations.scheme.changed": _("scheme changed"),
    "evaluations.scheme.created": _("scheme created"),
    "evaluations.score.given": _("score given"),
    "evaluations.score.withdrawn": _("score withdrawn"),
    "evaluations.value.reported": _("value reported"),
    "evaluations.value.withdrawn": _("value withdrawn"),
    "evaluations.round.scoring_abandoned": _("scoring given up"),
    "evaluations.round.scoring_failed": _("scoring failed"),
    "evaluations.round.scoring_requested": _("scoring asked for"),
    "evaluations.round.snapshot_failed": _("snapshot failed"),
}
