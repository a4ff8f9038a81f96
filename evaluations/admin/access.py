"""Who may see and do what in the admin: the same predicates as everywhere."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from evaluations.permissions import can


class OfficerAdmin(ModelAdmin):  # type: ignore[misc]
    """Officers look; nobody adds, changes or deletes unless a class below says so."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The app is listed for officers."""
        return can(request.user, "view_evaluations")

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Officers see."""
        return can(request.user, "view_evaluations")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing evaluated is deleted."""
        return False
