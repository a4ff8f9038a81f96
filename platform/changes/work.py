"""What an action works with: who acts, when, what is locked, and what it leaves for history, notices, subscribers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db import models
from django.utils import timezone

from changes import locking
from changes.errors import Restart, StaleVersion
from changes.events import Event, Recorded, State, Told, subscribers_of

M = TypeVar("M", bound=models.Model)


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int


@dataclass
class Refused:
    """A refusal of right that must outlive the rollback."""

    actor: Any
    event: Recorded


@dataclass
class Change:
    """Everything that one transaction has gathered so far; shared by all the work in it."""

    now: dt.datetime = field(default_factory=timezone.now)
    held: list[locking.Key] = field(default_factory=list)
    recorded: list[tuple[Any, Recorded]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    waiting: list[tuple[Work, Event]] = field(default_factory=list)
    is_divisible: bool = True
    """Whether a part that joined may fail and the rest go on."""

    def mark(self) -> tuple[int, ...]:
        """Remember how much there is, for `back_to`."""
        return tuple(len(kept) for kept in self._lists())

    def back_to(self, mark: tuple[int, ...]) -> None:
        """Forget what came since; refusals stay. A savepoint that is undone gives its locks back."""
        for kept, length in zip(self._lists(), mark, strict=True):
            del kept[length:]

    def _lists(self) -> tuple[list[Any], ...]:
        return (self.held, self.recorded, self.told, self.afterwards, self.waiting)

    def deliver(self, since: int) -> None:
        """Give events to their subscribers, those that subscribers emit too, until none is left."""
        while len(self.waiting) > since:
            work, event = self.waiting.pop(since)
            for subscriber in subscribers_of(event):
                subscriber(work, event)


class Work:
    """One piece of a change. Actions get it first, and call other actions with it."""

    def __init__(self, change: Change, actor: Any, now: dt.datetime | None = None) -> None:
        self.change = change
        self.actor = actor
        """Who acts; None for the system itself."""
        self.now = now or change.now
        """The one moment of the whole change, in UTC."""

    def by(self, actor: Any, now: dt.datetime | None = None) -> Work:
        """Return work of somebody else in the same change; None: the system, for what follows by rule alone."""
        return Work(self.change, actor, now or self.now)

    def all_or_nothing(self) -> None:
        """Let what joins from here on end the whole change where it fails: nothing needs a savepoint of its own.

        Whoever calls this lets every error through.
        """
        self.change.is_divisible = False

    def lock(
        self, rows: models.QuerySet[M] | locking.Lockable[M], pks: Iterable[Any], *, skip_locked: bool = False
    ) -> dict[Any, M]:
        """Lock rows and read them afresh; return those that exist by key, in the order of their keys.

        Kinds have one declared order (`LOCK_ORDER`), rows the order of their keys. What comes out of order is taken on
        the spot where nobody holds it, for who does not wait is in nobody's circle; else the change restarts and takes
        all it needs in order. With `skip_locked`, rows that another change holds are left out.
        """
        wanted = locking.keys_of(rows.model, pks)
        held = set(self.change.held)
        fresh = [key for key in wanted if key not in held]
        late = bool(fresh and self.change.held) and fresh[0] < max(self.change.held)
        found: dict[Any, M] = {}
        for locked, keys in ((True, [key for key in wanted if key in held]), (False, fresh)):
            if keys:
                pks_here = [key[2] for key in keys]
                read = locking.read(rows, pks_here, locked=locked, skip_locked=skip_locked or late)
                found |= {row.pk: row for row in read}
        if late and not skip_locked and any(key[2] not in found for key in fresh):
            raise Restart([*self.change.held, *wanted])
        self.change.held += [key for key in fresh if key[2] in found]
        return dict(sorted(found.items()))

    def lock_one(self, rows: models.QuerySet[M] | locking.Lockable[M], pk: Any) -> M:
        """Lock one row and read it afresh. Raises the model's DoesNotExist."""
        found = self.lock(rows, [pk])
        if pk not in found:
            raise rows.model.DoesNotExist  # type: ignore[attr-defined]
        return found[pk]

    def lock_named(self, rows: locking.Lockable[M], field: str, name: str) -> M:
        """Lock the one row of a unique name and read it afresh. Raises the model's DoesNotExist.

        As the first lock of a change it takes one query, for any first lock is in order.
        """
        if self.change.held:
            pk = rows.rows.order_by().values_list("pk", flat=True).get(**{field: name})
            return self.lock_one(rows, pk)
        found = rows.read(field, name)
        if not found:
            raise rows.model.DoesNotExist  # type: ignore[attr-defined]
        self.change.held += locking.keys_of(rows.model, [found[0].pk])
        return found[0]

    def emit(self, event: Event) -> None:
        """Say what happened: to the history where it is `Recorded`, and to whoever subscribed."""
        if isinstance(event, Recorded):
            self.change.recorded.append((self.actor, event))
        if subscribers_of(event):
            self.change.waiting.append((self, event))

    def record(
        self, verb: str, target: models.Model | str, *, before: State = None, after: State = None
    ) -> None:
        """Say what happened where nobody but the history wants to know."""
        self.emit(Recorded(verb=verb, target=target, before=before, after=after))

    def tell(self, people: Sequence[Any], kind: str, context: Mapping[str, object], link: str = "") -> None:
        """Tell people at the end of the change; their mails go out after it is committed."""
        if people:
            self.change.told.append(Told(people, kind, context, link))

    def after(self, function: Callable[[], object]) -> None:
        """Do something when the change is committed; what fails there is logged and undoes nothing."""
        self.change.afterwards.append(function)


def unchanged(row: Versioned, seen: int | None) -> None:
    """Compare the version of a row read under its lock with what the person saw. Raises StaleVersion.

    None: the caller saw nothing, so nothing can be stale.
    """
    if seen is not None and row.version != seen:
        raise StaleVersion(seen, row.version)
