"""What happens on wait lists; each stands in the history under its verb."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.waiting.models import WaitEntry


@dataclass(frozen=True, kw_only=True)
class WaitEvent(Recorded):
    """Something happened to a wish."""

    target: WaitEntry


@dataclass(frozen=True, kw_only=True)
class WaitJoined(WaitEvent):
    """Somebody waits for time."""

    verb: str = "instruments.wait.joined"


@dataclass(frozen=True, kw_only=True)
class WaitChanged(WaitEvent):
    """Somebody waits for something a little different."""

    verb: str = "instruments.wait.changed"


@dataclass(frozen=True, kw_only=True)
class WaitWithdrawn(WaitEvent):
    """Somebody waits no more."""

    verb: str = "instruments.wait.withdrawn"


@dataclass(frozen=True, kw_only=True)
class WaitServed(WaitEvent):
    """Somebody has taken what was offered."""

    verb: str = "instruments.wait.served"


@dataclass(frozen=True, kw_only=True)
class WaitExpired(WaitEvent):
    """The time that was waited for is over, or nobody answered."""

    verb: str = "instruments.wait.expired"
