"""The heartbeats of the background processes, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from background.models import Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ModelAdmin):  # type: ignore[misc]
    """One line a process."""

    list_display = ("name", "at")
    fields = ("name", "at")
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin may see whether work is done."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin may see whether work is done."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Processes write their own."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody writes them by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """They stay."""
        return False
