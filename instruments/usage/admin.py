"""Admin room: usage records, to look at; they change by their own actions only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from display.formats import money
from instruments.usage.models import UsageRecord
from members.admin.acting import ActingAdmin


@admin.register(UsageRecord)
class UsageRecordAdmin(ActingAdmin):
    """Usage records, read only; corrections are rows of their own."""

    list_display = (
        "record_id",
        "instrument",
        "start",
        "effective_hours",
        "user_kind",
        "income_shown",
        "is_current",
        "to_confirm",
        "voided_at",
    )
    list_filter = ("is_current", "to_confirm", "user_kind", "purpose", "source")
    list_select_related = ("instrument",)
    search_fields = ("record_id", "instrument__code")
    ordering = ("-start", "id")
    show_full_result_count = False

    @admin.display(description=_("income (yuan)"), ordering="income")
    def income_shown(self, record: UsageRecord) -> str:
        """Show the income as every page does."""
        return money(record.income)
