"""Who may see and do what in the admin: the same predicates as everywhere."""

from __future__ import annotations

from django.db import models
from django.http import HttpRequest

from members.permissions import can
from safeguards.read_only_admin import ReadOnlyAdmin


class OfficerAdmin(ReadOnlyAdmin):
    """Officers look; nobody adds, changes or deletes unless a class below says so."""

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Officers see."""
        return can(request.user, "view_evaluations")
