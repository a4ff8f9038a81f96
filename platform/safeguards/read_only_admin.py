"""Admin pages that only show: their rows are written by actions and tasks, never by hand."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Whoever passes the admin's door may look; nobody adds, changes or deletes."""

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """List the model for whoever may look at its rows."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Show the rows to everybody inside."""
        return bool(self.admin_site.has_permission(request))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse."""
        return False
