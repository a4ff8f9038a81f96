"""Files that go with the mail of a notice; whoever knows what its link leads to says how one is made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from notices.models import Notice


@dataclass(frozen=True)
class Attachment:
    """A file of a mail."""

    name: str
    content: bytes
    kind: str
    """Its media type."""


Maker = Callable[[Notice], Attachment | None]
_MAKERS: dict[str, Maker] = {}

logger = logging.getLogger(__name__)


def attach_to(kinds: Iterable[str], maker: Maker) -> None:
    """Let the mails of these kinds bear a file; apps call this when they are loaded."""
    _MAKERS.update(dict.fromkeys(kinds, maker))


def attachment_of(notice: Notice) -> Attachment | None:
    """Make the file of a notice's mail, in the active language; a mail without it is better than none."""
    maker = _MAKERS.get(notice.kind)
    if maker is None:
        return None
    try:
        return maker(notice)
    except Exception:
        logger.exception("The mail of notice %s goes without its file.", notice.pk)
        return None
