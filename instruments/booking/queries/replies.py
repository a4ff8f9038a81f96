"""Queries room: the reply templates of the unit as they would read for a booking."""

from __future__ import annotations

from collections.abc import Sequence

from display.formats import local_datetime
from instruments.booking.models import Booking
from instruments.inventory.permissions import is_custodian
from instruments.replies.models import ReplyTemplate
from instruments.replies.queries import replies_of
from instruments.replies.rules.replies import Reply, filled
from members.permissions import Actor

_KEPT = "_replies_of_the_unit"


def replies_to(booking: Booking, writer: Actor) -> list[Reply]:
    """Return the templates for whoever keeps the instrument, in the language of the person who booked.

    Nobody answers themselves. One query, kept on the instrument.
    """
    if booking.person_id == writer.pk or not is_custodian(writer, booking):
        return []
    instrument = booking.instrument
    known: list[ReplyTemplate] | None = getattr(instrument, _KEPT, None)
    if known is None:
        known = replies_of(instrument.unit)
        setattr(instrument, _KEPT, known)
    return worded(known, booking)


def worded(replies: Sequence[ReplyTemplate], booking: Booking) -> list[Reply]:
    """Put templates into the words of one booking."""
    person, instrument = booking.person, booking.instrument
    english = person.language == "en"
    values = {
        "instrument": (instrument.name_en if english else "") or instrument.name_zh,
        "start": local_datetime(booking.start, person.language),
        "person": person.display_name,
    }
    return [
        Reply(str(one.pk), one.name, filled((one.words_en if english else "") or one.words_zh, values))
        for one in replies
    ]
