"""What a monitor asks: each part of the site by itself, so that the status code alone says which one is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from audit.sealing import LATE_SECONDS, unsealed_age
from background.queries import PROCESSES, signs_of_life
from safeguards.outage import Outage, outage_of

ANSWER_WITHIN_SECONDS = 1.0
DATABASE, REDIS, SEALER = "database", "redis", "sealer"


@dataclass(frozen=True)
class State:
    """One part now; `word` for a machine, `facts` ready for JSON."""

    is_up: bool
    word: str
    facts: dict[str, object] = field(default_factory=dict)


def state_of(part: str) -> State:
    """Ask one of PARTS. What needs the database is `unknown`, and not up, while that is away."""
    try:
        return PARTS[part]()
    except (DatabaseError, InterfaceError) as error:
        if part != DATABASE:
            return State(is_up=False, word="unknown")
        return State(is_up=False, word=(outage_of(error) or Outage.AWAY).name.lower())


def _database() -> State:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return State(is_up=True, word="up")


def _redis() -> State:
    if not settings.REDIS_URL:
        return State(is_up=True, word="not configured")
    is_up = silence_of(settings.REDIS_URL, ANSWER_WITHIN_SECONDS) is None
    return State(is_up=is_up, word="up" if is_up else "away")


def silence_of(address: str, seconds: float) -> Exception | None:
    """Ask a Redis for a sign of life within some seconds; return why there is none, None where it answers."""
    client = redis.Redis.from_url(address, socket_connect_timeout=seconds, socket_timeout=seconds)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return error
    finally:
        client.close()
    return None


def _beating(name: str) -> State:
    sign = signs_of_life()[name]
    if sign["at"] is None:
        return State(is_up=False, word="never started")
    return State(is_up=sign["alive"], word="up" if sign["alive"] else "silent", facts={"at": sign["at"]})


def _sealer() -> State:
    age = unsealed_age()
    is_late = age is not None and age > LATE_SECONDS
    return State(is_up=not is_late, word="late" if is_late else "up", facts={"unsealed_seconds": age})


PARTS: dict[str, Callable[[], State]] = {
    DATABASE: _database,
    REDIS: _redis,
    **{name: partial(_beating, name) for name in PROCESSES},
    SEALER: _sealer,
}
