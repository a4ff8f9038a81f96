"""What a unit was, from when on: its names, kind, region and membership."""

from __future__ import annotations

from django.db import models

from members.enums import UnitKind, UnitState

UNIT_FACTS = ("name_zh", "name_en", "short_name", "kind", "region_id", "state", "joined_on")
"""The attributes of a row that are facts; the unit has the same ones."""


class UnitFacts(models.Model):
    """The facts of a unit from a moment on, until its next row begins. Written in the same change as the unit."""

    unit = models.ForeignKey("members.MemberUnit", on_delete=models.CASCADE, related_name="facts")
    valid_from = models.DateTimeField()
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    short_name = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    region = models.ForeignKey("members.Region", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=UnitState.choices)
    joined_on = models.DateField()

    class Meta:
        ordering = ["unit", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_facts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.valid_from:%Y-%m-%d}"
