"""The only writer of the history, and its verifier."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from audit.models import ChainHead, Entry
from changes.events import Recorded
from changes.work import Change

State = Mapping[str, Any] | None


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
    """Append one entry in the caller's transaction. `actor` None means the system itself.

    Call it after the last write of the action: it holds the chain's head until commit.
    """
    return record_many(actor=actor, events=[Event(verb, target, before, after)])[0]


def record_many(*, actor: AbstractBaseUser | None, events: Iterable[Event]) -> list[Entry]:
    """Append several entries under one lock of the head; none leave it alone."""
    events = list(events)
    if not events:
        return []
    with transaction.atomic():
        head = _locked_head()
        at = timezone.now()
        entries: list[Entry] = []
        for event in events:
            kind, key = _name(event.target)
            entry = Entry(
                sequence=head.sequence + 1,
                at=at,
                actor_id=None if actor is None or actor.is_anonymous else actor.pk,
                verb=event.verb,
                target_type=kind,
                target_id=key,
                before=_plain(event.before),
                after=_plain(event.after),
                previous_hash=head.hash,
            )
            entry.hash = digest(entry)
            head.sequence, head.hash = entry.sequence, entry.hash
            entries.append(entry)
        Entry.objects.bulk_create(entries, batch_size=500)
        head.save(update_fields=["sequence", "hash"])
    return entries


def write(entries: Sequence[tuple[Any, Recorded]], change: Change) -> None:
    """Append what a change left for the history, at its end."""
    for actor, group in groupby(entries, key=itemgetter(0)):
        events = [Event(event.verb, event.target, event.before, event.after) for _actor, event in group]
        record_many(actor=actor, events=events)


def digest(entry: Entry) -> str:
    """Return the SHA-256, in hex, over everything the entry says and the hash before it."""
    content = {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(dt.UTC).isoformat(),
        "actor": None if entry.actor_id is None else str(entry.actor_id),
        "verb": entry.verb,
        "target": [entry.target_type, entry.target_id],
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous_hash,
    }
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_break() -> int | None:
    """Walk the whole chain; return the sequence of the first entry that does not fit, or None if all is well."""
    expected, previous = 1, "0" * 64
    for entry in Entry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.sequence != expected or entry.previous_hash != previous or entry.hash != digest(entry):
            return expected
        expected, previous = entry.sequence + 1, entry.hash
    head = ChainHead.objects.filter(pk=1).first()
    if head is not None and (head.sequence != expected - 1 or head.hash != previous):
        return expected
    return None


def _locked_head() -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        ChainHead.objects.bulk_create([ChainHead()], ignore_conflicts=True)
        head = ChainHead.objects.select_for_update().get(pk=1)
    return head


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
