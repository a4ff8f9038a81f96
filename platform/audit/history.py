"""The only writer of the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone

from audit.models import Entry
from audit.vocabulary import refuse_unknown
from changes.events import Recorded
from changes.work import Change

State = Mapping[str, Any] | None
BATCH = 500


@dataclass(frozen=True)
class Event:
    """One thing to record: verb (`instruments.booking.approved`), target, and what changed."""

    verb: str
    target: models.Model | str
    before: State = None
    after: State = None


def record(
    *,
    actor: AbstractBaseUser | None,
    verb: str,
    target: models.Model | str,
    before: State = None,
    after: State = None,
) -> Entry:
    """Write one entry in the caller's transaction. `actor` None means the system itself. Raises as `record_many`."""
    return record_many(actor=actor, events=[Event(verb, target, before, after)])[0]


def record_many(*, actor: AbstractBaseUser | None, events: Iterable[Event]) -> list[Entry]:
    """Write several entries in the caller's transaction, with one INSERT for each 500; wait for no other writer.

    Raises UnknownVerb, and writes nothing, for a verb that no app has words for.
    """
    at = timezone.now()
    actor_id = None if actor is None or actor.is_anonymous else actor.pk
    entries: list[Entry] = []
    for event in events:
        refuse_unknown(event.verb)
        kind, key = _name(event.target)
        entries.append(
            Entry(
                at=at,
                actor_id=actor_id,
                verb=event.verb,
                target_type=kind,
                target_id=key,
                before=_plain(event.before),
                after=_plain(event.after),
            )
        )
    return Entry.objects.bulk_create(entries, batch_size=BATCH)


def write(entries: Sequence[tuple[Any, Recorded]], change: Change) -> None:
    """Write what a change left for the history, at its end and in its transaction. Raises as `record_many`."""
    for actor, group in groupby(entries, key=itemgetter(0)):
        events = [Event(event.verb, event.target, event.before, event.after) for _actor, event in group]
        record_many(actor=actor, events=events)


def _name(target: models.Model | str) -> tuple[str, str]:
    if isinstance(target, str):
        kind, _, key = target.partition(":")
        return kind, key
    return target._meta.label_lower, str(target.pk)


def _plain(state: State) -> dict[str, Any] | None:
    return None if state is None else {key: _value(value) for key, value in state.items()}


def _value(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(item) for item in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)
