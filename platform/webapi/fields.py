"""Field types of the contract: instants with an offset, in and out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from folding.api import Serializer
from folding.times import moment

EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class InvalidInstant(ValueError):
    """A text is no moment in time; the message is translatable."""


def instant(text: object) -> dt.datetime:
    """Read ISO 8601 with offset as an aware time in UTC. Raises InvalidInstant, above all for a naive time."""
    try:
        value = moment(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        value = None
    if value is None:
        raise InvalidInstant(_("Give a date and time in ISO 8601, such as 2026-05-04T09:00:00+08:00."))
    if value.tzinfo is None:
        raise InvalidInstant(_("Give the offset too, as Z or +08:00: without it the time is ambiguous."))
    # Compared with a day to spare before converting, because the ends of the calendar cannot be shifted.
    if not EARLIEST.year <= value.year < LATEST.year:
        raise InvalidInstant(_("This date is out of range."))
    return value.astimezone(dt.UTC)


@extend_schema_field({"type": "string", "format": "date-time"})
class InstantField(serializers.DateTimeField):
    """A moment: refused when naive, answered in +08:00."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        """Return the moment in UTC."""
        try:
            return instant(value)
        except InvalidInstant as error:
            raise serializers.ValidationError(error.args[0]) from error


class WindowSerializer(Serializer[None]):
    """A window [start, end) that a list is narrowed by; either end may be left open."""

    start = InstantField(required=False)
    end = InstantField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an empty window."""
        start, end = attrs.get("start"), attrs.get("end")
        if isinstance(start, dt.datetime) and isinstance(end, dt.datetime) and end <= start:
            raise serializers.ValidationError({"end": [_("The end must be later than the start.")]})
        return attrs
