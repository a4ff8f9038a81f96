"""The write path: one runner opens the only transaction of a change, locks, runs actions, hands on what happened."""

from changes.errors import StaleVersion
from changes.events import Event, Recorded, Told, subscribe
from changes.runner import perform, record_refusal
from changes.work import Work, unchanged

__all__ = [
    "Event",
    "Recorded",
    "StaleVersion",
    "Told",
    "Work",
    "perform",
    "record_refusal",
    "subscribe",
    "unchanged",
]
