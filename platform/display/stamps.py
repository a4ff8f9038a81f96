"""Stamps of what is shown: a change stamps anew what it touched, and what was kept of it before is found no more."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from background.kept import kept

T = TypeVar("T")
STAMP_SECONDS = 86_400
KEPT_SECONDS = 60


def touch(names: Iterable[str]) -> None:
    """Say that something is another from now on: nothing that was kept of it is given out any more."""
    cache.set_many({_stamp_key(name): uuid.uuid4().hex for name in names}, STAMP_SECONDS)


def stamps(names: Iterable[str]) -> list[str]:
    """Return the stamps of what is shown; one that is lost is made anew, so that nothing from before it is found."""
    wanted = sorted({_stamp_key(name) for name in names})
    found: dict[str, str] = cache.get_many(wanted)
    fresh = {name: uuid.uuid4().hex for name in wanted if name not in found}
    if fresh:
        cache.set_many(fresh, STAMP_SECONDS)
    return [found.get(name) or fresh[name] for name in wanted]


def kept_while(key: str, names: Iterable[str], make: Callable[[], T]) -> T:
    """Return what `make` made within the last minute, as long as nothing of that name has changed since."""
    if not settings.PAGES_ARE_KEPT:
        return make()
    digest = hashlib.sha256(repr([key, *stamps(names)]).encode()).hexdigest()
    return kept(f"kept.{digest}", KEPT_SECONDS, make)


def _stamp_key(name: str) -> str:
    return f"stamp.{hashlib.sha256(name.encode()).hexdigest()[:32]}"
