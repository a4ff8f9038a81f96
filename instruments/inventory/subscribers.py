"""What the inventory does when something happens to a unit: its instruments are found by the new names."""

from __future__ import annotations

from changes import Work, subscribe
from instruments.inventory.actions.search import reindex_unit
from instruments.inventory.queries.labels import forget_labels
from members.events import UnitChanged

NAMES = ("code", "name_zh", "name_en", "short_name")


def _unit_changed(work: Work, event: UnitChanged) -> None:
    before, after = event.before or {}, event.after or {}
    if any(before.get(name) != after.get(name) for name in NAMES):
        reindex_unit(event.target)
        work.after(forget_labels)


def subscribe_all() -> None:
    """Listen to the members."""
    subscribe(UnitChanged, _unit_changed)
