"""Queries room: who keeps an instrument, and who changed its record last."""

from __future__ import annotations

from django.db.models import F, QuerySet

from audit.models import Entry
from instruments.inventory.models import Instrument, Stewardship


def stewardships_of(instrument: Instrument) -> QuerySet[Stewardship]:
    """Return all stewardships of an instrument, past ones too, with their people; open ones first, newest first."""
    rows = Stewardship.objects.filter(instrument=instrument).select_related("person", "instrument")
    return rows.order_by(F("valid_to").desc(nulls_first=True), "-valid_from", "pk")


def last_change_of(instrument: Instrument) -> Entry | None:
    """Return the newest entry of the history about an instrument, with its actor, or None."""
    entries = Entry.objects.filter(target_type=Instrument._meta.label_lower, target_id=str(instrument.pk))
    return entries.select_related("actor").order_by("-sequence").first()
