"""The cache without which nothing goes dark: while Redis is away copies are simply not kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

COUNTERS = (":allauth:rl:", ":webapi.")
"""What keys of throttles hold: these are counted in the process's own memory until Redis is back."""
ASKED_AGAIN_AFTER_SECONDS = 1.0
TOLD_EVERY_SECONDS = 60.0

logger = logging.getLogger(__name__)


@dataclass
class _Line:
    """What is known of one server, by all threads of the process and all caches on it."""

    away_until: float = 0.0
    told_at: float = -TOLD_EVERY_SECONDS


_lines: dict[str, _Line] = {}


class ForgivingClient:
    """Asks Redis; where that fails, answers as a cache that has kept nothing.

    Counters of throttles go on in this process, so that guessing passwords stays slow. After a failure Redis is left
    alone for a second: one that hangs must not hold up every single look-up.
    """

    def __init__(self, servers: list[str], **options: Any) -> None:
        self._redis = RedisCacheClient(servers, **options)
        self._own = LocMemCache("while-redis-is-away", {})
        self._line = _lines.setdefault(servers[0], _Line())

    def add(self, key: str, value: Any, timeout: int | None) -> bool:
        """Keep a value where none is kept."""
        return bool(self._ask("add", [key], key, value, timeout, nothing=True))

    def get(self, key: str, default: Any) -> Any:
        """Return what is kept."""
        return self._ask("get", [key], key, default, nothing=default)

    def set(self, key: str, value: Any, timeout: int | None) -> None:
        """Keep a value."""
        self._ask("set", [key], key, value, timeout)

    def touch(self, key: str, timeout: int | None) -> bool:
        """Keep a value longer; tell whether it was there."""
        return bool(self._ask("touch", [key], key, timeout))

    def delete(self, key: str) -> bool:
        """Forget a value; tell whether it was there."""
        return bool(self._ask("delete", [key], key))

    def get_many(self, keys: Collection[str]) -> dict[str, Any]:
        """Return what is kept of several."""
        found: dict[str, Any] | None = self._ask("get_many", keys, keys)
        return found or {}

    def has_key(self, key: str) -> bool:
        """Tell whether a value is kept."""
        return bool(self._ask("has_key", [key], key))

    def incr(self, key: str, delta: int) -> int:
        """Count up. Raises ValueError for what is not kept."""
        counted: int | None = self._ask("incr", [key], key, delta)
        if counted is None:
            raise ValueError(f"Key {key!r} not found.")
        return counted

    def set_many(self, data: dict[str, Any], timeout: int | None) -> None:
        """Keep several values."""
        self._ask("set_many", data, data, timeout)

    def delete_many(self, keys: Collection[str]) -> None:
        """Forget several values."""
        self._ask("delete_many", keys, keys)

    def clear(self) -> bool:
        """Forget everything."""
        self._own.clear()
        return bool(self._ask("clear", []))

    def _ask(self, name: str, keys: Collection[str], *args: Any, nothing: Any = None) -> Any:
        if time.monotonic() >= self._line.away_until:
            try:
                return getattr(self._redis, name)(*args)
            except (RedisError, OSError) as error:
                self._line.away_until = time.monotonic() + ASKED_AGAIN_AFTER_SECONDS
                self._tell(error)
        if keys and all(any(mark in key for mark in COUNTERS) for key in keys):
            return getattr(self._own, name)(*args)
        return nothing

    def _tell(self, error: Exception) -> None:
        now = time.monotonic()
        if now - self._line.told_at >= TOLD_EVERY_SECONDS:
            self._line.told_at = now
            logger.warning("Redis does not answer, so nothing is kept for now: %s", error)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache with a client that survives without Redis."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
