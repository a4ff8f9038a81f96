"""Actions room: keeps files with a booking, when it is asked for or later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from changes import Work
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.telling import other_side, tell
from instruments.booking.errors import RulesBroken
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.letters.enums import FileKind
from instruments.letters.events import FilesAttached
from instruments.letters.models import LONGEST_NAME, BookingAttachment
from instruments.letters.rules.attachments import file_problems, takes_files
from instruments.terms.queries.policy import owner_of, policy_of
from instruments.terms.rules.owners import owned
from members.permissions import require


@dataclass(frozen=True)
class SentFile:
    """A file as it is to be kept: its name, what it is by its content, and the bytes."""

    name: str
    kind: FileKind
    content: bytes


def attach_files(work: Work, booking: Booking, files: Sequence[SentFile]) -> list[BookingAttachment]:
    """Keep files with a booking, up to 5 of 10 MB each, until the visit; the other side is told.

    The right of the two sides. Raises NotAllowed; RulesBroken with all that stands against it.
    """
    booking = work.lock_one(BOOKINGS.all(), booking.pk)
    require(work.actor, "attach_files", booking)
    policy = policy_of(booking.instrument)
    present = BookingAttachment.objects.filter(booking=booking).count()
    problems = takes_files(policy.attachments, booking.state, booking.start, work.now)
    problems += file_problems([len(file.content) for file in files], present)
    if problems:
        raise RulesBroken(owned(problems, owner_of(policy)))
    kept = [
        BookingAttachment.objects.create(
            booking=booking,
            added_by=work.actor,
            added_at=work.now,
            name=file.name[-LONGEST_NAME:],
            kind=file.kind,
            size=len(file.content),
            content=file.content,
        )
        for file in files
    ]
    if kept:
        names = ", ".join(file.name for file in kept)
        tell(
            work, other_side(work, booking), "booking_attachment", booking, actor=str(work.actor), names=names
        )
        work.emit(FilesAttached(target=booking, after={"files": len(kept), "present": present + len(kept)}))
    return kept


def request_with_files(
    work: Work, instrument: Instrument, /, *, files: Sequence[SentFile], **said: Any
) -> Booking:
    """Ask for time as `request_booking` does, and keep files with it; both or neither. Raises what both raise."""
    booking = request_booking(work, instrument, **said)
    if files:
        attach_files(work, booking, files)
    return booking
