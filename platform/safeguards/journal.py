"""The way to the history for rooms that may not know the audit room: the audit app plugs its writer in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    # This module is imported while the apps are being loaded, when models are out of reach.
    from django.contrib.auth.models import AbstractBaseUser
    from django.db import models


class Recorder(Protocol):
    """What writes one entry in the caller's transaction; `audit.history.record` is the one there is."""

    def __call__(
        self,
        *,
        actor: AbstractBaseUser | None,
        verb: str,
        target: models.Model | str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> object:
        """Append one entry."""


_recorders: list[Recorder] = []


def use(recorder: Recorder) -> None:
    """Name the one writer of the history; the audit app calls this when it is loaded."""
    _recorders[:] = [recorder]


def record(
    *,
    actor: AbstractBaseUser | None,
    verb: str,
    target: models.Model | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry through the writer in use. Raises RuntimeError without one: nothing goes unrecorded."""
    if not _recorders:
        raise RuntimeError("No writer of the history is in use.")
    _recorders[0](actor=actor, verb=verb, target=target, before=before, after=after)
