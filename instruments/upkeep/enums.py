"""Codes of upkeep."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Severity(TextChoices):
    """How much a fault keeps people from using the instrument."""

    NOTE = "note", pgettext_lazy("severity of a fault", "Note: it can be used")
    LIMITED = "limited", pgettext_lazy("severity of a fault", "Limited use")
    OUT = "out", pgettext_lazy("severity of a fault", "Out of order")


class FaultState(TextChoices):
    """Where a fault stands; the last two are its ends."""

    OPEN = "open", pgettext_lazy("state of a fault", "Open")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("state of a fault", "Acknowledged")
    REPAIRED = "repaired", pgettext_lazy("state of a fault", "Repaired")
    CLOSED = "closed", pgettext_lazy("state of a fault", "Closed without a repair")


STANDING = (FaultState.OPEN, FaultState.ACKNOWLEDGED)
"""States in which a fault is still there for whoever books."""
