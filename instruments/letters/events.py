"""What is written and sent along to a booking; the history keeps that it was, never the words or the file."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from instruments.booking.models import Booking


@dataclass(frozen=True, kw_only=True)
class MessageSent(Recorded):
    """One side has written to the other."""

    target: Booking
    verb: str = "instruments.message.sent"


@dataclass(frozen=True, kw_only=True)
class MessagesRead(Recorded):
    """One side has read what the other wrote and needs not answer it."""

    target: Booking
    verb: str = "instruments.message.read"


@dataclass(frozen=True, kw_only=True)
class FilesAttached(Recorded):
    """One side has sent files along."""

    target: Booking
    verb: str = "instruments.attachment.added"
