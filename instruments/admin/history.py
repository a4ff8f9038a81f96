"""Admin room: bookings and usage records, to look at; they change by their own actions only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from display.formats import money
from instruments.models import Booking, UsageRecord
from instruments.permissions import can
from members.admin.acting import ActingAdmin


@admin.register(Booking)
class BookingAdmin(ActingAdmin):
    """Bookings, read only."""

    may = staticmethod(can)
    list_display = ("instrument", "station", "start", "end", "person", "kind", "state", "price_shown")
    list_filter = ("state", "kind", "category")
    list_select_related = ("instrument", "person")
    search_fields = ("instrument__code", "person__email", "person__display_name")
    date_hierarchy = "start"
    ordering = ("-start", "id")
    show_full_result_count = False

    @admin.display(description=_("price (yuan)"), ordering="price")
    def price_shown(self, booking: Booking) -> str:
        """Show the price as every page does."""
        return money(booking.price)


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
        "income_shown",
        "is_current",
    )
    list_filter = ("is_current", "user_kind", "purpose", "source")
    list_select_related = ("instrument",)
    search_fields = ("record_id", "instrument__code")
    ordering = ("-start", "id")
    show_full_result_count = False

    @admin.display(description=_("income (yuan)"), ordering="income")
    def income_shown(self, record: UsageRecord) -> str:
        """Show the income as every page does."""
        return money(record.income)
