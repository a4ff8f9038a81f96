"""Faults of instruments, and the photos of them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.upkeep.enums import STANDING, FaultState, Severity


class FaultQuerySet(models.QuerySet["Fault"]):
    """Chainable filters."""

    def standing(self) -> FaultQuerySet:
        """Faults that nobody has repaired or closed, the gravest first, then the oldest."""
        gravity = models.Case(
            models.When(severity=Severity.OUT, then=0),
            models.When(severity=Severity.LIMITED, then=1),
            default=2,
        )
        return self.filter(state__in=STANDING).order_by(gravity, "reported_at", "pk")


class Fault(models.Model):
    """A fault (故障) that somebody who uses an instrument has reported: of one station, or of the whole instrument."""

    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        related_name="faults",
    )
    station = models.PositiveSmallIntegerField(
        pgettext_lazy("at an instrument", "station"), null=True, blank=True
    )
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    words = models.CharField(_("what is wrong"), max_length=1000)
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=12,
        choices=FaultState.choices,
        default=FaultState.OPEN,
    )
    reported_at = models.DateTimeField(_("reported at"), default=timezone.now)
    reported_by = models.ForeignKey(
        "members.Person",
        verbose_name=_("who reported it"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    acknowledged_at = models.DateTimeField(pgettext_lazy("of a fault", "acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("of a fault", "acknowledged by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("repaired or closed"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "members.Person",
        verbose_name=_("repaired or closed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    outcome = models.CharField(pgettext_lazy("of a fault", "outcome"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = FaultQuerySet.as_manager()

    class Meta:
        verbose_name = _("fault of an instrument")
        verbose_name_plural = _("faults of instruments")
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="fault_severity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=FaultState.OPEN, acknowledged_by=None, ended_by=None)
                | models.Q(state=FaultState.ACKNOWLEDGED, acknowledged_by__isnull=False, ended_by=None)
                | models.Q(state__in=[FaultState.REPAIRED, FaultState.CLOSED], ended_by__isnull=False),
                name="fault_state_has_who",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_by=None, acknowledged_at=None)
                | models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="fault_acknowledged_when",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by=None, ended_at=None)
                | models.Q(ended_by__isnull=False, ended_at__isnull=False),
                name="fault_ended_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["instrument"],
                condition=models.Q(state__in=STANDING),
                name="fault_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.get_severity_display()}"

    @property
    def is_standing(self) -> bool:
        """Tell whether nobody has repaired or closed it."""
        return self.state in STANDING


class FaultPhoto(models.Model):
    """The photo of a fault: a JPEG made anew from what was sent, so it holds a picture and nothing else."""

    fault = models.OneToOneField(Fault, on_delete=models.PROTECT, related_name="photo")
    jpeg = models.BinaryField()

    class Meta:
        verbose_name = _("photo of a fault")
        verbose_name_plural = _("photos of faults")

    def __str__(self) -> str:
        return f"{self.fault_id}"
