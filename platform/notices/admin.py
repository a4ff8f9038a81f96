"""Announcements: what the department tells everybody on the home page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notices.models import Announcement
from safeguards.journal import record


@admin.register(Announcement)
class AnnouncementAdmin(ModelAdmin):  # type: ignore[misc]
    """Written, changed and taken back by whoever may enter the admin; every change goes on record."""

    list_display = ("title_zh", "kind", "published_at", "deadline")
    list_filter = ("kind",)
    search_fields = ("title_zh", "title_en", "body_zh", "body_en")
    date_hierarchy = "published_at"
    fields = ("kind", "title_zh", "title_en", "body_zh", "body_en", "link", "published_at", "deadline")

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        """Write and record."""
        super().save_model(request, obj, form, change)
        record(
            actor=request.user,  # type: ignore[arg-type]
            verb="notices.announcement.changed" if change else "notices.announcement.created",
            target=obj,
            after={"title_zh": obj.title_zh, "changed": form.changed_data},
        )

    def delete_model(self, request: HttpRequest, obj: Announcement) -> None:
        """Take back and record."""
        record(
            actor=request.user,  # type: ignore[arg-type]
            verb="notices.announcement.deleted",
            target=obj,
            before={"title_zh": obj.title_zh, "title_en": obj.title_en},
        )
        super().delete_model(request, obj)

    def get_actions(self, request: HttpRequest) -> Any:
        """No deletion in bulk: each goes on record by itself."""
        return {name: act for name, act in super().get_actions(request).items() if name != "delete_selected"}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin."""
        return bool(self.admin_site.has_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)
