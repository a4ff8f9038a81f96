"""Actions room: writes a message on a booking, and marks what the other side wrote as read."""

from __future__ import annotations

from changes import Work
from instruments.booking.actions.telling import other_side, tell
from instruments.booking.errors import RulesBroken
from instruments.booking.locks import BOOKINGS
from instruments.booking.models import Booking
from instruments.letters.errors import TooManyMessages
from instruments.letters.events import MessageSent, MessagesRead
from instruments.letters.models import BookingMessage
from instruments.letters.queries.messages import sent_within_an_hour
from instruments.letters.rules.messages import MOST_AN_HOUR, next_message_at, words_problems
from members.permissions import require


def write_message(work: Work, booking: Booking, *, words: str) -> BookingMessage:
    """Write to the other side of a booking, in 1 to 1000 characters; whoever answers has read what was written before.

    The right of the two sides. The other one is told: the person who booked, or whoever is told of requests. Raises
    NotAllowed, RulesBroken, TooManyMessages.
    """
    booking, words = work.lock_one(BOOKINGS.all(), booking.pk), words.strip()
    require(work.actor, "write_message", booking)
    if wrong := words_problems(words):
        raise RulesBroken(wrong)
    again = next_message_at(sent_within_an_hour(booking, work.actor, work.now), work.now)
    if again is not None:
        raise TooManyMessages(MOST_AN_HOUR, again)
    _mark_read(work, booking)
    message = BookingMessage.objects.create(
        booking=booking,
        author=work.actor,
        from_keeper=work.actor.pk != booking.person_id,
        words=words,
        sent_at=work.now,
    )
    tell(work, other_side(work, booking), "booking_message", booking, actor=str(work.actor), words=words)
    work.emit(
        MessageSent(target=booking, after={"from_keeper": message.from_keeper, "characters": len(words)})
    )
    return message


def read_messages(work: Work, booking: Booking) -> int:
    """Mark what the other side wrote as read; return how many messages. The right of the two sides; safe to repeat.

    Raises NotAllowed.
    """
    booking = work.lock_one(BOOKINGS.all(), booking.pk)
    require(work.actor, "read_messages", booking)
    read = _mark_read(work, booking)
    if read:
        work.emit(MessagesRead(target=booking, after={"messages": read}))
    return read


def _mark_read(work: Work, booking: Booking) -> int:
    theirs = BookingMessage.objects.filter(
        booking=booking, read_at=None, from_keeper=work.actor.pk == booking.person_id
    )
    return theirs.update(read_at=work.now, read_by=work.actor)
