"""The history, to search and read; nobody changes it."""

from __future__ import annotations

from django.contrib import admin

from audit.models import Entry
from safeguards.read_only_admin import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
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
