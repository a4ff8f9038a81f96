"""What leaves a row for every process that keeps an index: records, states, terms and units that have changed."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet

from changes import Recorded, Work, subscribe
from instruments.availability.models import AvailabilityChange
from instruments.inventory.events import InstrumentAdded, InstrumentChanged, StateChanged
from instruments.inventory.models import Instrument
from instruments.terms.events import HolidaySet, TermsChanged, UnitPolicyChanged
from members.events import UnitChanged
from members.models import MemberUnit


def _note(work: Work, event: Recorded) -> None:
    AvailabilityChange.objects.create(instrument_id=cast("Instrument", event.target).pk, at=work.now)


def _note_unit(work: Work, event: Recorded) -> None:
    _note_all(work, Instrument.objects.filter(unit=cast("MemberUnit", event.target)))


def _note_network(work: Work, event: Recorded) -> None:
    _note_all(work, Instrument.objects.all())


def _note_all(work: Work, instruments: QuerySet[Instrument]) -> None:
    AvailabilityChange.objects.bulk_create(
        AvailabilityChange(instrument_id=pk, at=work.now) for pk in instruments.values_list("pk", flat=True)
    )


def subscribe_all() -> None:
    """Listen to the inventory, the terms and the units."""
    for event in (InstrumentAdded, InstrumentChanged, StateChanged, TermsChanged):
        subscribe(event, _note)
    for of_unit in (UnitChanged, UnitPolicyChanged):
        subscribe(of_unit, _note_unit)
    subscribe(HolidaySet, _note_network)
