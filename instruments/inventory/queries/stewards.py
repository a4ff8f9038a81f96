"""Queries room: who keeps an instrument, and who changed its record last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, QuerySet

from instruments.inventory.models import Instrument, Stewardship
from members.models import Person


@dataclass(frozen=True)
class LastChange:
    """When something was changed last, and by whom; None: by the system, or nobody knows."""

    changed_at: dt.datetime
    changed_by: Person | None


def stewardships_of(instrument: Instrument) -> QuerySet[Stewardship]:
    """Return all stewardships of an instrument, past ones too, with their people; open ones first, newest first."""
    rows = Stewardship.objects.filter(instrument=instrument).select_related("person", "instrument")
    return rows.order_by(F("valid_to").desc(nulls_first=True), "-valid_from", "pk")


def last_change_of(instrument: Instrument) -> LastChange:
    """Return when the record or the state of an instrument was changed last, and by whom."""
    return LastChange(instrument.updated_at, instrument.changed_by)
