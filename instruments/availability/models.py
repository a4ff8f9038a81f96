"""What tells every process that the index of free time is behind."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AvailabilityChange(models.Model):
    """One change of an instrument that moves its free time or what it is found by; bookings leave steps instead.

    Written in the transaction of the change, read by every process that keeps an index, swept after some days.
    """

    instrument = models.ForeignKey("instruments.Instrument", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("change of availability")
        verbose_name_plural = _("changes of availability")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.at:%Y-%m-%d %H:%M:%S}"
