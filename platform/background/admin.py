"""The heartbeats of the background processes, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from background.models import Heartbeat
from safeguards.read_only_admin import ReadOnlyAdmin


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """One line a process."""

    list_display = ("label", "at")
    fields = ("label", "at")
    readonly_fields = fields

    @admin.display(description=_("process"), ordering="name")
    def label(self, beat: Heartbeat) -> str:
        """Name the process in words."""
        return beat.label
