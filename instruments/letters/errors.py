"""Refusals of what is written and sent along to a booking."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, filled
from folding.times import LOCAL


class TooManyMessages(Conflict):
    """So many messages were written in the last hour that the next one has to wait; `again` is when it may be sent."""

    code = "too_many_messages"

    def __init__(self, most: int, again: dt.datetime) -> None:
        self.again = again
        said = _(
            "You have written %(most)s messages about this booking within an hour. The next can go at %(again)s."
        )
        super().__init__(filled(said, {"most": most, "again": f"{again.astimezone(LOCAL):%H:%M}"}))
