"""The history, to search and read; nobody changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from audit.models import Entry


@admin.register(Entry)
class EntryAdmin(ModelAdmin):  # type: ignore[misc]
    """One line an entry, newest first; the search takes verbs, kinds and keys of objects, and hashes."""

    list_display = ("sequence", "at", "actor", "verb", "target_type", "target_id")
    list_filter = ("target_type",)
    list_select_related = ("actor",)
    search_fields = ("verb", "target_type", "=target_id", "hash", "actor__email")
    date_hierarchy = "at"
    show_full_result_count = False
    fields = (
        "sequence", "at", "actor", "verb", "target_type", "target_id", "before", "after", "previous_hash", "hash",
    )  # fmt: skip
    readonly_fields = fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin may read the history."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin may read the history."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Entries are written by actions alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Entries never change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Entries stay."""
        return False
