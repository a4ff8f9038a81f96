"""Codes of snapshots."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SnapshotState(TextChoices):
    """Where the taking of a snapshot stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    ABANDONED = "abandoned", _("Abandoned")
    FAILED = "failed", _("Failed")


OPEN = (SnapshotState.QUEUED, SnapshotState.RUNNING)
"""The states in which a snapshot is still to come."""
