"""A usage record: the hours that count."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from instruments.booking.enums import Purpose
from instruments.usage.enums import UsageSource, UserKind
from members.rules.organisation_names import LONGEST
from safeguards.no_overlap import NoOverlap


def _hours(label: StrOrPromise, **options: Any) -> models.DecimalField[Any, Decimal]:
    return models.DecimalField(
        label, max_digits=8, decimal_places=2, validators=[MinValueValidator(0)], **options
    )


def _someone(label: StrOrPromise) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "members.Person",
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )


OUTSIDE = (
    models.Q(user_kind=UserKind.EXTERNAL)
    & ~models.Q(served__unit=models.F("unit"))
    & ~models.Q(served__merged_into__unit=models.F("unit"))
)
"""Served another legal person than the owning one, whatever was typed: what brings outside hours, users and units."""

_PARTS = models.F("startup_hours") + models.F("measurement_hours") + models.F("processing_hours")


class UsageQuerySet(models.QuerySet["UsageRecord"]):
    """Chainable filters."""

    def current(self) -> UsageQuerySet:
        """Records that count: neither replaced by a correction nor voided."""
        return self.filter(is_current=True)

    def began_in(self, start: dt.datetime | None, end: dt.datetime | None) -> UsageQuerySet:
        """Records of the period [start, end); a record counts in the one in which it starts, so no hour counts twice.

        Every list, sum, report and evaluation narrows to a period by this alone. None leaves a side open.
        """
        rows = self if start is None else self.filter(start__gte=start)
        return rows if end is None else rows.filter(start__lt=end)


class UsageRecord(models.Model):
    """One use of an instrument (服务记录); effective hours are start-up + measurement + post-processing (有效机时).

    A correction is a new row that refers to the old one through `corrects`; the old one stays, no longer current. What
    never happened is voided: it stays readable with the reason, and counts no longer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(
        "members.MemberUnit",
        verbose_name=_("owning unit"),
        on_delete=models.PROTECT,
        related_name="usage_records",
    )
    record_id = models.CharField(_("record number in the unit"), max_length=50)
    instrument = models.ForeignKey(
        "instruments.Instrument",
        verbose_name=_("instrument"),
        on_delete=models.PROTECT,
        related_name="usage_records",
    )
    station = models.PositiveSmallIntegerField(pgettext_lazy("at an instrument", "station"), default=1)
    booking = models.ForeignKey(
        "instruments.Booking",
        verbose_name=_("booking"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="usage_records",
    )
    start = models.DateTimeField(pgettext_lazy("of a time span", "start"))
    end = models.DateTimeField(pgettext_lazy("of a time span", "end"))
    startup_hours = _hours(_("start-up hours"), default=0)
    measurement_hours = _hours(_("measurement hours"))
    processing_hours = _hours(_("post-processing hours"), default=0)
    effective_hours = _hours(_("effective hours"))
    user_kind = models.CharField(
        pgettext_lazy("kind of user", "user"), max_length=8, choices=UserKind.choices
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    samples = models.PositiveIntegerField(_("samples"), default=0)
    income = models.DecimalField(_("income (yuan)"), max_digits=12, decimal_places=2, default=0)
    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("an account", "person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="usage_records",
    )
    user_name = models.CharField(_("name of user"), max_length=50, blank=True)
    user_unit = models.CharField(_("unit of user"), max_length=100, blank=True)
    folded_user = models.CharField(max_length=LONGEST, blank=True, editable=False)
    served = models.ForeignKey(
        "members.Organisation",
        verbose_name=_("organisation served"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="usage_records",
    )
    source = models.CharField(_("source"), max_length=8, choices=UsageSource.choices)
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("corrects"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    correction_reason = models.CharField(_("reason of the correction"), max_length=200, blank=True)
    is_current = models.BooleanField(pgettext_lazy("a record", "counts"), default=True)
    kept_because = models.CharField(_("kept although unusual, because"), max_length=200, blank=True)
    to_confirm = models.BooleanField(_("to be confirmed by a keeper"), default=False)
    agreed_by = _someone(_("confirmed by"))
    agreed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    voided_by = _someone(_("voided by"))
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    void_reason = models.CharField(_("reason of the voiding"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "members.Person",
        verbose_name=_("recorded by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    objects = UsageQuerySet.as_manager()

    class Meta:
        verbose_name = _("usage record")
        verbose_name_plural = _("usage records")
        ordering = ["-start", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="usage_interval"),
            models.CheckConstraint(condition=models.Q(station__gte=1), name="usage_station"),
            models.CheckConstraint(
                condition=models.Q(
                    startup_hours__gte=0,
                    measurement_hours__gte=0,
                    processing_hours__gte=0,
                    effective_hours__gte=0,
                    income__gte=0,
                ),
                name="usage_not_negative",
            ),
            models.CheckConstraint(
                # To half a hundredth, for SQLite adds decimals as binary fractions.
                condition=models.Q(effective_hours__gt=_PARTS - Decimal("0.005"))
                & models.Q(effective_hours__lt=_PARTS + Decimal("0.005")),
                name="usage_hours_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(user_kind__in=UserKind.values), name="usage_user_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="usage_purpose_known"
            ),
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True, void_reason="")
                | (models.Q(voided_at__isnull=False, is_current=False) & ~models.Q(void_reason="")),
                name="usage_voided_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(served__isnull=False)
                | models.Q(user_kind=UserKind.INTERNAL)
                | models.Q(user_unit=""),
                name="usage_named_is_served",
            ),
            models.UniqueConstraint(
                fields=["unit", "record_id"],
                condition=models.Q(is_current=True),
                name="one_current_record_per_number",
            ),
            NoOverlap(
                name="usage_no_overlap",
                equal=["instrument", "station"],
                condition=models.Q(is_current=True),
                violation_error_code="usage_overlap",
                violation_error_message=_("Another usage record covers part of this time."),
            ),
        ]
        indexes = [
            # What overlaps a time is what ends after it begins: history is not read.
            models.Index(fields=["instrument", "end"], name="usage_instrument_end"),
            # SQLite's guard against overlaps looks the neighbour before a new row up in this one.
            models.Index(fields=["instrument", "station", "start"], name="usage_slot"),
            models.Index(fields=["unit", "start"], name="usage_unit_start"),
            models.Index(fields=["start"], name="usage_start"),
            # The few that wait for a keeper are found without the many that do not.
            models.Index(fields=["instrument"], condition=models.Q(to_confirm=True), name="usage_to_confirm"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.effective_hours} h"
