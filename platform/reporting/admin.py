"""Report runs, to look at; they are asked for and cancelled on their own pages."""

from __future__ import annotations

from django.contrib import admin

from reporting.models import ReportRun
from safeguards.read_only_admin import ReadOnlyAdmin


@admin.register(ReportRun)
class ReportRunAdmin(ReadOnlyAdmin):
    """One line a run, newest first."""

    list_display = ("kind", "requested_by", "state", "done", "total", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("requested_by",)
    search_fields = ("kind", "requested_by__email", "sha256")
    fields = (
        "id", "kind", "parameters", "requested_by", "language", "state", "done", "total", "attempts", "error",
        "file_name", "size", "sha256", "missing_glyphs", "created_at", "started_at", "finished_at", "expires_at",
    )  # fmt: skip
    readonly_fields = fields
