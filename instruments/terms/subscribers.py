"""What the terms do when something happens to an instrument."""

from __future__ import annotations

from changes import Work, subscribe
from instruments.inventory.events import InstrumentAdded
from instruments.inventory.queries import readiness
from instruments.terms.actions.terms import give_usual_terms
from instruments.terms.queries.offers import offers_of


def _added(work: Work, event: InstrumentAdded) -> None:
    give_usual_terms(event.target)


def subscribe_all() -> None:
    """Listen to the inventory, and tell it what it asks of terms."""
    subscribe(InstrumentAdded, _added)
    readiness.ask(offers_of)
