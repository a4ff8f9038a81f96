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


class PlanKind(TextChoices):
    """What is done again and again."""

    MAINTENANCE = "maintenance", pgettext_lazy("kind of plan", "Planned maintenance")
    CALIBRATION = "calibration", pgettext_lazy("kind of plan", "Calibration or verification")


class IntervalUnit(TextChoices):
    """What an interval by the calendar is counted in."""

    DAYS = "days", pgettext_lazy("interval in", "days")
    MONTHS = "months", pgettext_lazy("interval in", "months")


class Audience(TextChoices):
    """Who is told that something falls due."""

    STEWARDS = "stewards", pgettext_lazy("who is told", "The stewards of the instrument")
    MANAGERS = "managers", pgettext_lazy("who is told", "The managers of the unit")
    BOTH = "both", pgettext_lazy("who is told", "Stewards and managers")
