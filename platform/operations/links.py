"""Links of mails that set a password: those from before the last restore open nothing.

A restore brings back the state from which such a link was signed, so its signature alone would fit again.
"""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.http import base36_to_int

from operations.models import Restore

FIRST_SECOND = dt.datetime(2001, 1, 1)  # noqa: DTZ001 - the framework counts local seconds from here


class LinksSinceRestore:
    """The log-in library's own maker of such links, and one question more."""

    def make_token(self, user: AbstractBaseUser) -> str:
        """Make a token that serves once."""
        return str(_library().make_token(user))

    def check_token(self, user: AbstractBaseUser | None, token: str | None) -> bool:
        """Whether a token is of this person, unused, in its time, and younger than the last restore."""
        return bool(token) and _is_younger(str(token)) and bool(_library().check_token(user, token))


def _is_younger(token: str) -> bool:
    try:
        second = base36_to_int(token.partition("-")[0])
    except ValueError:
        return False
    at = Restore.objects.order_by("-at").values_list("at", flat=True).first()
    if at is None:
        return True
    local = dt.datetime.fromtimestamp(at.timestamp())  # noqa: DTZ006 - as the framework counts
    return second > int((local - FIRST_SECOND).total_seconds())


def _library() -> Any:
    # That module asks for this class while it is imported, so it cannot be imported above.
    return import_module("allauth.account.forms").EmailAwarePasswordResetTokenGenerator()
