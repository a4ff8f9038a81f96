"""Report runs, to look at; they are asked for and cancelled on their own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from reporting.models import ReportRun


@admin.register(ReportRun)
class ReportRunAdmin(ModelAdmin):  # type: ignore[misc]
    """One line a run, newest first."""

    list_display = ("kind", "requested_by", "state", "done", "total", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("requested_by",)
    search_fields = ("kind", "requested_by__email", "sha256")
    fields = (
        "id", "kind", "parameters", "requested_by", "language", "state", "done", "total", "attempts", "error",
        "file_name", "size", "sha256", "created_at", "started_at", "finished_at", "expires_at",
    )  # fmt: skip
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin may see the runs."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin may see the runs."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Runs are asked for on their own page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Runs change by themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Runs stay."""
        return False
