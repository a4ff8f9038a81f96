"""Sets of bookings that were asked for together, and their parts."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.bundles.enums import WhenLost


class BookingBundle(models.Model):
    """A set of bookings (成套预约) asked for as one; each part is a booking that its own unit decides on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "members.Person",
        verbose_name=pgettext_lazy("of a booking", "Person"),
        on_delete=models.PROTECT,
        related_name="bundles",
    )
    when_lost = models.CharField(_("where a part is lost"), max_length=5, choices=WhenLost.choices)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    asked_with = models.CharField(
        _("number of the form"), max_length=40, blank=True, default="", editable=False
    )

    class Meta:
        verbose_name = _("set of bookings")
        verbose_name_plural = _("sets of bookings")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(when_lost__in=WhenLost.values), name="bundle_when_lost_known"
            ),
            models.UniqueConstraint(
                fields=["person", "asked_with"],
                condition=~models.Q(asked_with=""),
                name="bundle_form_sent_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.created_at:%Y-%m-%d}"


class BundlePart(models.Model):
    """One booking of a set, and which step of it, counted from 1; several instruments of a step are used at once."""

    bundle = models.ForeignKey(BookingBundle, on_delete=models.PROTECT, related_name="parts")
    booking = models.OneToOneField("instruments.Booking", on_delete=models.PROTECT, related_name="part")
    step = models.PositiveSmallIntegerField(_("step"))

    class Meta:
        verbose_name = _("part of a set of bookings")
        verbose_name_plural = _("parts of sets of bookings")
        ordering = ["step", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(step__gte=1), name="bundle_part_step"),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.step}"
