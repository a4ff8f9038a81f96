"""What an instrument was, from when on: the facts on which grades, money and reports rest."""

from __future__ import annotations

from django.db import models

from instruments.inventory.enums import EquipmentKind, InstrumentState, SharingMode

FACTS = (
    "name_zh",
    "name_en",
    "instrument_class_id",
    "region_id",
    "original_value",
    "funding",
    "equipment_kind",
    "sharing_mode",
    "state",
    "joined_on",
)
"""The attributes of a row that are facts."""


class InstrumentFacts(models.Model):
    """The facts of an instrument from a moment on, until its next row begins.

    Written in the same change as the instrument itself. Code and unit of an instrument never change.
    """

    instrument = models.ForeignKey("instruments.Instrument", on_delete=models.CASCADE, related_name="facts")
    valid_from = models.DateTimeField()
    entered = models.BooleanField(default=False)
    """The instrument was entered at this moment; before it nobody knew of it."""
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    instrument_class = models.ForeignKey(
        "instruments.InstrumentClass", on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey("members.Region", on_delete=models.PROTECT, related_name="+")
    original_value = models.DecimalField(max_digits=14, decimal_places=2)
    funding = models.JSONField()
    """Sources of funds, sorted."""
    equipment_kind = models.CharField(max_length=7, choices=EquipmentKind.choices)
    sharing_mode = models.CharField(max_length=10, choices=SharingMode.choices)
    state = models.CharField(max_length=12, choices=InstrumentState.choices)
    joined_on = models.DateField()

    class Meta:
        ordering = ["instrument", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "valid_from"], name="instrument_facts_once"),
        ]
        indexes = [models.Index(fields=["valid_from"], name="instrument_facts_from")]

    def same_as(self, other: InstrumentFacts) -> bool:
        """Tell whether two rows say the same of their instrument."""
        return all(getattr(self, name) == getattr(other, name) for name in FACTS)

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.valid_from:%Y-%m-%d}"
