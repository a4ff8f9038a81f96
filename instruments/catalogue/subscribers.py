"""What the catalogue forgets when something happens: names are right again at once."""

from __future__ import annotations

from changes import Event, Work, subscribe
from instruments.inventory.events import ClassRenamed, FieldRenamed
from instruments.inventory.queries.labels import forget_labels


def _forget_names(work: Work, event: Event) -> None:
    work.after(forget_labels)


def subscribe_all() -> None:
    """Listen to the inventory."""
    for renamed in (ClassRenamed, FieldRenamed):
        subscribe(renamed, _forget_names)
