"""The runner: opens the only transaction of a change and, at its very end, writes history and notices."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.db import OperationalError, models, transaction

from changes import locking
from changes.errors import Restart
from changes.events import Recorded, Told
from changes.work import Change, Refused, Work

MOST_RETRIES = 3
MOST_RESTARTS = 8
PASSING = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialization failure and of a deadlock: the same change may pass a moment later."""

P = ParamSpec("P")
T = TypeVar("T")
logger = logging.getLogger(__name__)
_current: ContextVar[Change | None] = ContextVar("change", default=None)


class History(Protocol):
    """Writes rows of the history in the transaction of the change."""

    def __call__(self, entries: Sequence[tuple[Any, Recorded]], change: Change) -> object:
        """Write one row an event; the first of each pair is who acted."""


class Notices(Protocol):
    """Writes notices in the transaction of the change; returns what to do when it is committed."""

    def __call__(self, told: Sequence[Told]) -> Sequence[Callable[[], object]]:
        """Write one row a person."""


_history: list[History] = []
_notices: list[Notices] = []


def write_history_with(history: History) -> None:
    """Name the one writer of the history; its room does so when it is loaded."""
    _history[:] = [history]


def write_notices_with(notices: Notices) -> None:
    """Name the one writer of notices; its room does so when it is loaded."""
    _notices[:] = [notices]


def perform(actor: Any, action: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run an action as one change, or as a part of the change that is running; return what it returns.

    `actor` None (or nobody) means the system itself. Everything is written or nothing. A deadlock or a serialization
    failure runs the whole change again, three times at most: nothing leaves the database before it is committed.
    Refusals of right are on record whatever becomes of the change.
    """
    actor = _known(actor)
    running = _current.get()
    if running is not None:
        return _joined(running, actor, action, *args, **kwargs)
    known: set[locking.Key] = set()
    retries = restarts = 0
    while True:
        change = Change()
        token = _current.set(change)
        try:
            return _whole(change, known, actor, action, *args, **kwargs)
        except Restart as restart:
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise RuntimeError("This change asks for other locks each time it runs.") from restart
            known |= restart.keys
            change.refused.clear()
        except OperationalError as error:
            retries += 1
            if retries > MOST_RETRIES or getattr(error.__cause__, "sqlstate", None) not in PASSING:
                raise
            logger.info("A change runs again after %s.", type(error.__cause__).__name__)
            change.refused.clear()
        finally:
            _current.reset(token)
            _keep(change.refused)


def record_refusal(
    actor: Any, verb: str, obj: Any, *, app: str, reason: str = "no_right", **facts: object
) -> None:
    """Put a refusal of right on record: at once, or when the running change has ended, whichever way it ends.

    `app` names the verb's app; `obj` is what was really tried: a row, a text, or what `on_record` of it says.
    """
    obj = getattr(obj, "on_record", obj)
    target = obj if isinstance(obj, models.Model) and obj.pk is not None else _target_name(app, obj)
    event = Recorded(verb=f"{app}.refused", target=target, after={"verb": verb, "reason": reason, **facts})
    refused = Refused(_known(actor), event)
    running = _current.get()
    if running is None:
        _keep([refused])
    else:
        running.refused.append(refused)


def _known(actor: Any) -> Any:
    """Nobody (anonymous) is None; a model cannot be asked for here, for it would be loaded too early."""
    return None if getattr(actor, "is_anonymous", False) else actor


def _named_call(function: Callable[[], object]) -> Callable[[], object]:
    """Django names what failed in its log, and a partial has no name."""

    def afterwards() -> object:
        return function()

    return afterwards


def _target_name(app: str, obj: Any) -> str:
    """Name what is no row: `kind:key` stays, anything else is named after the app."""
    text = str(obj or "-")[:80]
    return text if isinstance(obj, str) and ":" in text else f"{app}:{text}"


def _whole(
    change: Change,
    known: set[locking.Key],
    actor: Any,
    action: Callable[Concatenate[Work, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with transaction.atomic(durable=True):
        if known:
            locking.take(known)
            change.held += sorted(known)
        result = action(Work(change, actor), *args, **kwargs)
        change.deliver(0)
        if change.told:
            change.afterwards += _notices[0](change.told)
        if change.recorded:
            _history[0](change.recorded, change)
        for function in change.afterwards:
            # Robust: what is committed stays; a worker that cannot be reached is made good by its sweeper.
            transaction.on_commit(_named_call(function), robust=True)
    return result


def _joined(
    change: Change, actor: Any, action: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    mark = change.mark()
    try:
        with transaction.atomic() if change.is_divisible else nullcontext():
            result = action(Work(change, actor), *args, **kwargs)
            change.deliver(mark[-1])
    except BaseException:
        change.back_to(mark)
        raise
    return result


def _keep(refused: list[Refused]) -> None:
    if not refused:
        return
    change = Change(recorded=[(one.actor, one.event) for one in refused])
    with transaction.atomic():
        _history[0](change.recorded, change)
