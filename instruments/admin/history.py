"""Admin room: bookings and usage records, to look at; they change by their own actions only."""

from __future__ import annotations

from django.contrib import admin

from instruments.models import Booking, UsageRecord
from instruments.permissions import can
from members.admin.acting import ActingAdmin


@admin.register(Booking)
class BookingAdmin(ActingAdmin):
    """Bookings, read only."""

    may = staticmethod(can)
    list_display = ("instrument", "station", "start", "end", "person", "kind", "state", "price")
    list_filter = ("state", "kind", "category")
    list_select_related = ("instrument", "person")
    search_fields = ("instrument__code", "person__email", "person__display_name")
    date_hierarchy = "start"
    ordering = ("-start", "id")
    show_full_result_count = False


@admin.register(UsageRecord)
class UsageRecordAdmin(ActingAdmin):
    """Usage records, read only; corrections are rows of their own."""

    may = staticmethod(can)
    list_display = (
        "record_id",
        "instrument",
        "start",
        "effective_hours",
        "user_kind",
        "income",
        "is_current",
    )
    list_filter = ("is_current", "user_kind", "purpose", "source")
    list_select_related = ("instrument",)
    search_fields = ("record_id", "instrument__code")
    ordering = ("-start", "id")
    show_full_result_count = False
