"""Codes of results."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ScoringState(TextChoices):
    """Where the scoring of a round stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    ABANDONED = "abandoned", _("Abandoned")
    FAILED = "failed", _("Failed")


OPEN = (ScoringState.QUEUED, ScoringState.RUNNING)
"""The states in which a scoring is still to come."""
