"""Plans of what is done again and again at an instrument, and what was done by them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.upkeep.enums import Audience, IntervalUnit, PlanKind
from instruments.upkeep.rules.due import Repeat


class UpkeepPlan(models.Model):
    """A plan of upkeep (维护计划) or calibration (检定校准): how often, how long, and who is told when it is due."""

    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        related_name="upkeep_plans",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=PlanKind.choices)
    title = models.CharField(_("what is done"), max_length=100)
    every = models.PositiveSmallIntegerField(_("every"), null=True, blank=True)
    unit = models.CharField(
        _("days or months"), max_length=6, choices=IntervalUnit.choices, default=IntervalUnit.MONTHS
    )
    every_hours = models.PositiveIntegerField(_("every so many hours of use"), null=True, blank=True)
    begins_on = models.DateField(_("counted from"))
    minutes = models.PositiveIntegerField(_("how long it takes (minutes)"), default=120)
    preferred_time = models.TimeField(_("preferred time of day"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("told so many days ahead"), default=14)
    audience = models.CharField(
        _("who is told"), max_length=10, choices=Audience.choices, default=Audience.STEWARDS
    )
    booking = models.ForeignKey(
        "instruments.Booking",
        verbose_name=_("planned for"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    told_due = models.DateField(_("told that it falls due on"), null=True, blank=True)
    told_overdue = models.DateField(_("told that it was due on"), null=True, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("of a plan", "ended"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("plan of upkeep")
        verbose_name_plural = _("plans of upkeep")
        ordering = ["instrument", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=PlanKind.values), name="plan_kind_known"),
            models.CheckConstraint(condition=models.Q(unit__in=IntervalUnit.values), name="plan_unit_known"),
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="plan_audience_known"
            ),
            models.CheckConstraint(
                condition=models.Q(every__isnull=False, every__gt=0)
                | models.Q(every_hours__isnull=False, every_hours__gt=0),
                name="plan_says_how_often",
            ),
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="plan_takes_time"),
        ]
        indexes = [
            models.Index(fields=["instrument"], condition=models.Q(ended_at=None), name="plan_standing")
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.title}"

    @property
    def repeat(self) -> Repeat:
        """How often it is done."""
        return Repeat(self.every, self.unit, self.every_hours)


class UpkeepDone(models.Model):
    """What was done by a plan on one day; of a calibration the certificate: its number, by whom, until when."""

    plan = models.ForeignKey(UpkeepPlan, on_delete=models.PROTECT, related_name="done")
    done_on = models.DateField(_("done on"))
    note = models.CharField(_("what was done and found"), max_length=300, blank=True)
    certificate = models.CharField(_("number of the certificate"), max_length=60, blank=True)
    agency = models.CharField(_("by which agency"), max_length=100, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.ForeignKey(
        "members.Person", verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("upkeep done")
        verbose_name_plural = _("upkeep done")
        ordering = ["-done_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "done_on"], name="upkeep_done_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("done_on")),
                name="certificate_valid_after_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.done_on}"
