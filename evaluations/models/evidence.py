"""What a score rests on: snapshots of metrics, values reported by units, scores given by the department."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from evaluations.enums import SnapshotState


def _hours(label: StrOrPromise) -> models.DecimalField[Any, Decimal]:
    return models.DecimalField(label, max_digits=12, decimal_places=2, default=0)


class MetricSnapshot(models.Model):
    """One taking of a round's metrics; after `done` neither it nor its rows change. A new taking is a new number."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="snapshots"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=10, choices=SnapshotState.choices, default=SnapshotState.RUNNING
    )
    requested_by = models.ForeignKey(
        "members.Person", verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    heartbeat_at = models.DateTimeField(_("last sign of life"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    done = models.PositiveIntegerField(_("instruments done"), default=0)
    total = models.PositiveIntegerField(_("instruments in all"), default=0)
    digest = models.CharField(_("digest"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("metric snapshot")
        verbose_name_plural = _("metric snapshots")
        ordering = ["round", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="snapshot_number_once"),
            models.UniqueConstraint(
                fields=["round"], condition=models.Q(state="running"), name="one_running_snapshot"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · #{self.number}"


class SnapshotRow(models.Model):
    """One instrument's figures of the data period, as they were when the snapshot was taken."""

    snapshot = models.ForeignKey(MetricSnapshot, on_delete=models.PROTECT, related_name="rows")
    instrument = models.ForeignKey(
        "instruments.Instrument", verbose_name=_("instrument"), on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+"
    )
    instrument_code = models.CharField(max_length=30)
    unit_code = models.CharField(max_length=20)
    unit_kind = models.CharField(max_length=20)
    equipment_kind = models.CharField(max_length=7)
    funding = models.JSONField(_("sources of funds"), default=list)
    joined_on = models.DateField(_("in the network since"))
    original_value = models.DecimalField(_("original value (yuan)"), max_digits=14, decimal_places=2)
    sharing_mode = models.CharField(_("sharing mode"), max_length=10)
    in_scope = models.BooleanField(_("in scope"))
    open_hours = _hours(_("open hours"))
    effective_hours = _hours(_("effective hours"))
    external_hours = _hours(_("external hours"))
    income = models.DecimalField(_("income (yuan)"), max_digits=14, decimal_places=2, default=0)
    external_income = models.DecimalField(
        _("external income (yuan)"), max_digits=14, decimal_places=2, default=0
    )
    samples = models.PositiveIntegerField(_("samples"), default=0)
    records = models.PositiveIntegerField(_("usage records"), default=0)
    external_users = models.PositiveIntegerField(_("external users"), default=0)
    served_units = models.PositiveIntegerField(_("units served"), default=0)

    class Meta:
        verbose_name = _("snapshot row")
        verbose_name_plural = _("snapshot rows")
        ordering = ["snapshot", "instrument_code"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "instrument"], name="one_row_per_instrument")
        ]
        indexes = [models.Index(fields=["snapshot", "unit"], name="snapshot_unit")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.instrument_code}"


class ReportedValue(models.Model):
    """A value that the unit reports itself (自评填报) for one indicator, with its evidence in words."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="reported_values"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="reported_values"
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reported_values",
    )
    indicator = models.CharField(_("indicator"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    evidence = models.TextField(_("evidence"), max_length=1000, blank=True)
    reported_by = models.ForeignKey(
        "members.Person", verbose_name=_("reported by"), on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)

    class Meta:
        verbose_name = _("reported value")
        verbose_name_plural = _("reported values")
        ordering = ["round", "unit", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "instrument", "indicator"],
                condition=models.Q(instrument__isnull=False),
                name="one_reported_value_of_instrument",
            ),
            models.UniqueConstraint(
                fields=["round", "unit", "indicator"],
                condition=models.Q(instrument=None),
                name="one_reported_value_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator} {self.value}"


class GivenScore(models.Model):
    """A value given by the department or one expert (部门或专家评分) for one indicator."""

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="given_scores"
    )
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="given_scores"
    )
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="given_scores",
    )
    indicator = models.CharField(_("indicator"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    note = models.TextField(_("reason"), max_length=1000, blank=True)
    given_by = models.ForeignKey(
        "members.Person", verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("given score")
        verbose_name_plural = _("given scores")
        ordering = ["round", "unit", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "indicator", "given_by"],
                condition=models.Q(instrument=None),
                name="one_given_score_of_unit",
            ),
            models.UniqueConstraint(
                fields=["round", "unit", "instrument", "indicator", "given_by"],
                condition=models.Q(instrument__isnull=False),
                name="one_given_score_of_instrument",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator} {self.value}"
