"""What the catalogue forgets when something happens: counts, free days and names are right again at once."""

from __future__ import annotations

from changes import Event, Work, subscribe
from instruments.catalogue.queries.facets import forget_public_counts
from instruments.inventory.events import (
    ClassRenamed,
    FieldRenamed,
    InstrumentAdded,
    InstrumentChanged,
    StateChanged,
)
from instruments.inventory.queries.labels import forget_labels
from instruments.terms.events import TermsChanged


def _forget_counts(work: Work, event: Event) -> None:
    work.after(forget_public_counts)


def _forget_names(work: Work, event: Event) -> None:
    work.after(forget_labels)


def subscribe_all() -> None:
    """Listen to the inventory and to the terms."""
    for event in (InstrumentAdded, InstrumentChanged, StateChanged, TermsChanged):
        subscribe(event, _forget_counts)
    for renamed in (ClassRenamed, FieldRenamed):
        subscribe(renamed, _forget_names)
