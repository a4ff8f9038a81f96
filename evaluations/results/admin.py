"""Snapshots, results and awards, to look at."""

from __future__ import annotations

from django.contrib import admin

from evaluations.results.models import Award, Result
from evaluations.schemes.officer_admin import OfficerAdmin
from evaluations.snapshots.models import MetricSnapshot


@admin.register(MetricSnapshot)
class SnapshotAdmin(OfficerAdmin):
    """The takings of metrics."""

    list_display = ("round", "number", "state", "done", "total", "started_at", "finished_at", "digest")
    list_filter = ("state",)
    list_select_related = ("round",)
    fields = (
        "round", "number", "state", "requested_by", "started_at", "heartbeat_at", "finished_at", "done", "total",
        "digest",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(Result)
class ResultAdmin(OfficerAdmin):
    """Scores, ranks and grades."""

    list_display = ("round", "rank", "unit", "instrument", "score", "grade")
    list_filter = ("round", "grade")
    list_select_related = ("round", "unit", "instrument")
    search_fields = ("unit__code", "unit__name_zh", "instrument__code")
    fields = ("round", "unit", "instrument", "score", "rank", "grade", "grade_reason")
    readonly_fields = fields


@admin.register(Award)
class AwardAdmin(OfficerAdmin):
    """Subsidies."""

    list_display = ("round", "unit", "base", "performance", "amount", "capped")
    list_filter = ("round",)
    list_select_related = ("round", "unit")
    search_fields = ("unit__code", "unit__name_zh")
    fields = ("round", "unit", "base", "performance", "amount", "weight", "capped")
    readonly_fields = fields
