"""The demo's clock: what happened last spring is written, and recorded, as of then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[dt.datetime]:
    """Let Django's clock stand at `moment`, for the actions of the invented past; nothing else may run meanwhile.

    Django reads the time in one place. Standing in there also reaches the columns whose default is the present.
    """

    class Standing(dt.datetime):
        """A clock that does not go on."""

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Standing:
            """Return the moment."""
            return cls.fromtimestamp(moment.timestamp(), tz)

    with mock.patch.object(timezone, "datetime", Standing):
        yield moment
