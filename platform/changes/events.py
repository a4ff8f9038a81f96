"""What happened in a change, as typed values; the lower room defines them, upper rooms subscribe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    # This room is imported while the apps are being loaded, when models are out of reach.
    from django.db import models

    from changes.work import Work

State = Mapping[str, Any] | None
E = TypeVar("E", bound="Event")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Named in the past tense of the field; subscribers get it in the same transaction."""


@dataclass(frozen=True, kw_only=True)
class Recorded(Event):
    """An event that leaves a row in the history: verb (`instruments.booking.approved`), target, what changed.

    `target` is a row, or `kind:key` for what is none.
    """

    verb: str
    target: models.Model | str
    before: State = None
    after: State = None


@dataclass(frozen=True)
class Told:
    """People to tell of a change: one kind of notice, what fills its sentence, a path of this site."""

    people: Sequence[Any]
    kind: str
    context: Mapping[str, object]
    link: str = ""


Subscriber = Callable[["Work", Any], object]
_subscribers: defaultdict[type[Event], list[Subscriber]] = defaultdict(list)


def subscribe(event: type[E], subscriber: Callable[[Work, E], object]) -> None:
    """Have a function called for each event of a type (and of its subtypes), once, before the change is committed.

    Apps subscribe when they are loaded. What a subscriber raises undoes the whole change.
    """
    if subscriber not in _subscribers[event]:
        _subscribers[event].append(subscriber)


def subscribers_of(event: Event) -> list[Subscriber]:
    """Return who listens to an event, those of its own type first."""
    return [one for kind in type(event).__mro__ if kind in _subscribers for one in _subscribers[kind]]
