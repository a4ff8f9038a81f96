"""What is dear to work out and may be a little old: kept for a while, and made anew by one for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.core.cache import DEFAULT_CACHE_ALIAS, BaseCache, caches

T = TypeVar("T")
OLD_SECONDS = 600
"""For so long what is past its time is still given out while somebody makes it anew."""
MAKING_SECONDS = 30
WAIT_SECONDS, LOOK_EVERY = 5.0, 0.02
_ahead: ContextVar[float] = ContextVar("ahead", default=0.0)


@contextmanager
def made_ahead(seconds: float) -> Iterator[None]:
    """Inside, what has less than this left counts as past its time: made anew before anybody waits for it."""
    token = _ahead.set(seconds)
    try:
        yield
    finally:
        _ahead.reset(token)


def kept(
    key: str,
    seconds: float,
    make: Callable[[], T],
    where: str = DEFAULT_CACHE_ALIAS,
    old: float = OLD_SECONDS,
) -> T:
    """Return what `make` made at most `seconds` ago, by whichever request.

    When the time is over the first who asks makes it anew; all others get the old one meanwhile. Where there is no old
    one, they wait for the first, some seconds at most, rather than do the same work beside it. `where` names the cache,
    `old` is for how many seconds past its time a value is still given out.
    """
    cache = caches[where]
    found: tuple[float, T] | None = cache.get(key)
    if found is not None and time.time() + _ahead.get() < found[0]:
        return found[1]
    making = f"{key}.making"
    mine = cache.add(making, "yes", MAKING_SECONDS)
    if not mine:
        found = found or _awaited(cache, key)
        if found is not None:
            return found[1]
    try:
        value = make()
        cache.set(key, (time.time() + seconds, value), int(seconds + old))
    finally:
        if mine:
            cache.delete(making)
    return value


def _awaited(cache: BaseCache, key: str) -> tuple[float, T] | None:
    """Wait for what somebody else is making; None where that takes too long or came to nothing."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        time.sleep(LOOK_EVERY)
        found: tuple[float, T] | None = cache.get(key)
        if found is not None:
            return found
        if cache.get(f"{key}.making") is None:
            return None
    return None
