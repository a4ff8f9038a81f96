"""Why the database cannot be used right now, told apart by what whoever waits should do."""

from __future__ import annotations

import enum

from django.db import InterfaceError, OperationalError


class Outage(enum.Enum):
    """BUSY passes in a moment, AWAY when the server is back, FULL only when somebody makes room."""

    BUSY = 2
    AWAY = 5
    FULL = 60

    @property
    def seconds(self) -> int:
        """After how long it is worth while to try again."""
        return self.value


# SQLSTATE classes and codes of PostgreSQL: no connection, shut down or starting, no place for another connection.
_AWAY_STATES = ("08", "57P", "53300")
_FULL_STATES = ("53100",)
_FULL_WORDS = ("disk is full", "No space left")
_AWAY_WORDS = ("unable to open", "disk I/O error", "readonly database", "malformed")


def outage_of(error: BaseException | None) -> Outage | None:
    """Say which outage an error tells of, itself or as what it comes from; None for any other error."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OperationalError | InterfaceError):
            return _kind_of(error)
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _kind_of(error: BaseException) -> Outage:
    state = getattr(error.__cause__, "sqlstate", None) or ""
    text = str(error)
    if state.startswith(_FULL_STATES) or any(word in text for word in _FULL_WORDS):
        return Outage.FULL
    if state:
        return Outage.AWAY if state.startswith(_AWAY_STATES) else Outage.BUSY
    # Without a state PostgreSQL's client never got through; SQLite has no states, but words.
    is_sqlite = type(error.__cause__).__module__.startswith("sqlite3")
    if is_sqlite and not any(word in text for word in _AWAY_WORDS):
        return Outage.BUSY
    return Outage.BUSY if error.__cause__ is None else Outage.AWAY
