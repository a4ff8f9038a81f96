"""Admin room: bookings, to look at; they change by their own actions only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from display.formats import money
from instruments.booking.models import Booking
from members.admin.acting import ActingAdmin


@admin.register(Booking)
class BookingAdmin(ActingAdmin):
    """Bookings, read only."""

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
