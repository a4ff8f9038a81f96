"""Queries room: who stands in for whom."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from changes.remembered import Given
from instruments.inventory.models import Deputy, Instrument, Stewardship
from members.models import Person
from members.models.dated import lasting
from members.permissions import DEPUTY


def deputies_of(instrument: Instrument, day: dt.date) -> list[Deputy]:
    """Return who stands in for a steward of an instrument on a day or later, with both people; one query."""
    stewards = Stewardship.objects.filter(lasting(day), instrument=instrument).values("person")
    rows = Deputy.objects.filter(unit=instrument.unit_id, person__in=stewards, valid_to__gt=day)
    return list(rows.exclude(valid_to=models.F("valid_from")).select_related("person", "deputy"))


def standing_in(person: Person, day: dt.date) -> list[Deputy]:
    """Return for whom somebody stands in on a day, with those people; one query."""
    return list(Deputy.objects.on(day).filter(deputy=person).select_related("person"))


def units_of_deputy(person: Given, day: Given) -> models.QuerySet[Any, tuple[str, int | None]]:
    """Return the units in which a person stands in for somebody on a day, as roles are read."""
    kind = models.Value(DEPUTY, output_field=models.CharField())
    return Deputy.objects.on(day).filter(deputy=person).order_by().values_list(kind, "unit_id")
