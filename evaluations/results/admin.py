"""Snapshots, results and awards, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from display.formats import money
from evaluations.results.models import Award, Result, ScoringRun
from evaluations.results.queries.explanation import reason_of
from evaluations.schemes.queries.schemes import definition_of
from evaluations.snapshots.models import MetricSnapshot
from members.admin.acting import ActingAdmin


@admin.register(MetricSnapshot)
class SnapshotAdmin(ActingAdmin):
    """The takings of metrics."""

    view_verb = "view_evaluations"
    list_display = ("round", "number", "state", "done", "total", "started_at", "finished_at", "digest")
    list_filter = ("state",)
    list_select_related = ("round",)
    fields = (
        "round", "number", "state", "requested_by", "started_at", "heartbeat_at", "finished_at", "done", "total",
        "attempts", "error", "format", "digest",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(ScoringRun)
class ScoringRunAdmin(ActingAdmin):
    """The scorings asked for."""

    view_verb = "view_evaluations"
    list_display = ("round", "state", "requested_by", "moment", "done", "total", "attempts", "finished_at")
    list_filter = ("state",)
    list_select_related = ("round", "requested_by")
    fields = (*list_display, "error")
    readonly_fields = fields


@admin.register(Result)
class ResultAdmin(ActingAdmin):
    """Scores, ranks and grades."""

    view_verb = "view_evaluations"
    list_display = ("round", "rank", "unit", "instrument", "score", "grade")
    list_filter = ("round", "grade")
    list_select_related = ("round", "unit", "instrument")
    search_fields = ("unit__code", "unit__name_zh", "instrument__code")
    fields = ("round", "unit", "instrument", "score", "rank", "grade", "why")
    readonly_fields = fields

    @admin.display(description=_("why this grade"))
    def why(self, result: Result) -> str:
        """The reason as the unit reads it."""
        return reason_of(result, definition_of(result.round.scheme), get_language() or "")


@admin.register(Award)
class AwardAdmin(ActingAdmin):
    """Subsidies."""

    view_verb = "view_evaluations"
    list_display = ("round", "unit", "shown_base", "shown_performance", "shown_amount", "capped")
    list_filter = ("round",)
    list_select_related = ("round", "unit")
    search_fields = ("unit__code", "unit__name_zh")
    fields = ("round", "unit", "shown_base", "shown_performance", "shown_amount", "weight", "capped")
    readonly_fields = fields

    @admin.display(description=_("base sum (yuan)"), ordering="base")
    def shown_base(self, award: Award) -> str:
        """As money is written everywhere."""
        return money(award.base)

    @admin.display(description=_("performance part (yuan)"), ordering="performance")
    def shown_performance(self, award: Award) -> str:
        """As money is written everywhere."""
        return money(award.performance)

    @admin.display(description=_("award (yuan)"), ordering="amount")
    def shown_amount(self, award: Award) -> str:
        """As money is written everywhere."""
        return money(award.amount)
