"""The parts of an instrument that are changed apart from its record, each with a version of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from instruments.inventory.enums import Part


class InstrumentPart(models.Model):
    """How often one part of an instrument was changed, when and by whom last; none yet means version 1."""

    instrument = models.ForeignKey("instruments.Instrument", on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=10, choices=Part.choices)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "part"], name="instrument_part_once"),
            models.CheckConstraint(condition=models.Q(part__in=Part.values), name="instrument_part_known"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.part} {self.version}"
