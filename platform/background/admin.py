"""The heartbeats of the background processes, to look at."""

from __future__ import annotations

from django.contrib import admin

from background.models import Heartbeat
from safeguards.read_only_admin import ReadOnlyAdmin


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """One line a process."""

    list_display = ("name", "at")
    fields = ("name", "at")
    readonly_fields = fields
