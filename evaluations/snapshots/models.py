"""Snapshots of metrics: the evidence that a score rests on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from background.jobs import Job
from evaluations.snapshots.enums import SnapshotState

FORMAT = 2


def _hours(label: StrOrPromise) -> models.DecimalField[Any, Decimal]:
    return models.DecimalField(label, max_digits=12, decimal_places=2, default=0)


class MetricSnapshot(Job):
    """One taking of a round's metrics; after `done` neither it nor its rows change. A new taking is a new number.

    `started_at`: the one moment whose state of the network the rows hold, once it is done.
    """

    round = models.ForeignKey(
        "evaluations.Round", verbose_name=_("round"), on_delete=models.PROTECT, related_name="snapshots"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=10,
        choices=SnapshotState.choices,
        default=SnapshotState.QUEUED,
    )
    requested_by = models.ForeignKey(
        "members.Person", verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="+"
    )
    format = models.PositiveSmallIntegerField(_("format"), default=FORMAT)
    """What the digest covers: 1 the figures alone, 2 also the names as they were."""
    digest = models.CharField(_("digest"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("metric snapshot")
        verbose_name_plural = _("metric snapshots")
        ordering = ["round", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="snapshot_number_once"),
            models.UniqueConstraint(
                fields=["round"],
                condition=models.Q(state__in=["queued", "running"]),
                name="one_open_snapshot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · #{self.number}"


class SnapshotUnit(models.Model):
    """What one unit of a snapshot was called, and where it lay, when the data period ended."""

    snapshot = models.ForeignKey(MetricSnapshot, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(
        "members.MemberUnit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("code"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20)
    name_zh = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    region_code = models.CharField(_("league or city"), max_length=6)
    region_zh = models.CharField(max_length=20)
    region_en = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("unit of a snapshot")
        verbose_name_plural = _("units of snapshots")
        ordering = ["snapshot", "code"]
        constraints = [models.UniqueConstraint(fields=["snapshot", "unit"], name="one_snapshot_unit")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.code}"


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
    name_zh = models.CharField(_("name (Chinese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    class_code = models.CharField(_("class"), max_length=20, blank=True)
    class_zh = models.CharField(max_length=100, blank=True)
    class_en = models.CharField(max_length=200, blank=True)
    opening = models.JSONField(_("opening week"), default=list)
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
    external_records = models.PositiveIntegerField(
        _("usage records of external users"), null=True, blank=True
    )
    """None in a snapshot of format 1, which did not count them."""
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
