"""Refusals of the walk of a round."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from changes.errors import Refusal
from display.formats import local_datetime


class AlreadyReminded(Refusal):
    """Late units are reminded at most once a day."""

    code = "already_reminded"

    def __init__(self, last: dt.datetime, language: str | None) -> None:
        self.last = last
        when = {"when": local_datetime(last, language)}
        super().__init__(_("The late units were reminded on %(when)s already; once a day is enough.") % when)
