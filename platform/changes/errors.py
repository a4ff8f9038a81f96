"""What a change can end in beside the refusals of its actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from changes.dependants import Dependant


class StaleVersion(Exception):
    """Somebody else changed the object after the person saw it. `seen` and `found` are versions.

    shown: the object as it stands now, where whoever passes the refusal on knows how its reader is shown it.
    """

    code = "stale_version"
    shown: Mapping[str, object] | None = None
    message: str | Promise = _(
        "Someone has changed this in the meantime. Look at the new state and try again."
    )

    def __init__(self, seen: int | None = None, found: int | None = None) -> None:
        self.seen, self.found = seen, found
        super().__init__()

    def __str__(self) -> str:
        return str(self.message)


class Unresolved(Exception):
    """Something rests on what would be taken away, and nobody has said what shall happen to it.

    `fields`: messages by field; `hits`: what it is.
    """

    code = "unresolved"

    def __init__(self, fields: Mapping[str, list[str]], hits: Sequence[Dependant]) -> None:
        self.fields, self.hits = fields, list(hits)
        super().__init__()

    def __str__(self) -> str:
        return " ".join(message for messages in self.fields.values() for message in messages)


class Restart(BaseException):
    """A lock out of order is held by somebody: the change begins anew and takes all locks known by now in order.

    Not an Exception, so that nothing on the way takes it for a refusal.
    """

    def __init__(self, keys: Iterable[tuple[int, str, object]]) -> None:
        self.keys = frozenset(keys)
        super().__init__()
