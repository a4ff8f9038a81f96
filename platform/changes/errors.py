"""Why a change is refused: the one base of all refusals, each a sentence a person can act on; and what apps share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from changes.dependants import Dependant

Sentence = str | Promise
"""A text for a reader; a lazy one becomes words in the reader's language."""


def _fill(text: Sentence, values: Mapping[str, Any]) -> str:
    return str(text) % values


filled = lazy(_fill, str)
"""A sentence with its named placeholders filled, put together when it is shown."""


class Refusal(Exception):
    """Base of all refusals. `message` is translatable, `code` is stable: programs tell refusals apart by it."""

    code = "refused"
    message: Sentence = _("This is not possible.")

    def __init__(self, message: Sentence | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal, PermissionDenied):
    """The person has no right to do this. A page hides it (404), the admin and the interface tell it (403)."""

    code = "not_allowed"
    message = _("You have no right to do this.")


class Conflict(Refusal):
    """Possible in itself, but not as things stand: the row's state, or what others did, does not allow it."""


class FieldsRefused(Refusal):
    """Something typed or sent is wrong; `fields` maps a field's name to its messages."""

    code = "fields_refused"

    def __init__(self, fields: Mapping[str, Sequence[Sentence]]) -> None:
        self.fields = {name: [str(message) for message in messages] for name, messages in fields.items()}
        super().__init__()

    @property
    def in_words(self) -> str:
        """All messages as one text, for where there are no fields to put them beside."""
        return " ".join(message for messages in self.fields.values() for message in messages)


class StaleVersion(Refusal):
    """Somebody else changed the object after the person saw it. `seen` and `found` are versions.

    shown: the object as it stands now, where whoever passes the refusal on knows how its reader is shown it.
    """

    code = "stale_version"
    shown: Mapping[str, object] | None = None
    message = _("Someone has changed this in the meantime. Look at the new state and try again.")

    def __init__(self, seen: int | None = None, found: int | None = None) -> None:
        self.seen, self.found = seen, found
        super().__init__()


class Unresolved(FieldsRefused):
    """Something rests on what would be taken away, and nobody has said what shall happen to it; `hits` is what."""

    code = "unresolved"

    def __init__(self, fields: Mapping[str, Sequence[Sentence]], hits: Sequence[Dependant]) -> None:
        super().__init__(fields)
        self.hits = list(hits)

    def __str__(self) -> str:
        return self.in_words


class Restart(BaseException):
    """A lock out of order is held by somebody: the change begins anew and takes all locks known by now in order.

    Not an Exception, so that nothing on the way takes it for a refusal.
    """

    def __init__(self, keys: Iterable[tuple[int, str, object]]) -> None:
        self.keys = frozenset(keys)
        super().__init__()
