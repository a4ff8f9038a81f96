"""What is taken and what is free on one instrument, for programs."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from folding.api import Serializer
from instruments.booking.enums import BookingKind
from instruments.booking.queries.availability import free
from instruments.booking.queries.holding import BusyInterval, busy
from instruments.booking.rules.free_slots import FreeSlot
from instruments.inventory.guarded import instrument_for
from webapi.fields import InstantField
from webapi.views import PublicView, many

LONGEST_WINDOW = dt.timedelta(days=62)


class WindowSerializer(Serializer[None]):
    """The wanted window: [start, end), at most 62 days, and perhaps the length of a booking."""

    start = InstantField()
    end = InstantField()
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=62 * 24 * 60)

    def validate(self, attrs: dict[str, dt.datetime]) -> dict[str, dt.datetime]:
        """Refuse an empty window and one that is too long."""
        if attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError({"end": [_("The end must be later than the start.")]})
        if attrs["end"] - attrs["start"] > LONGEST_WINDOW:
            raise serializers.ValidationError({"end": [_("The window is at most 62 days long.")]})
        return attrs


class BusySerializer(Serializer[BusyInterval]):
    """Time somebody holds; by whom is nobody's business here."""

    start = InstantField()
    end = InstantField()
    station = serializers.IntegerField()
    kind = serializers.ChoiceField(BookingKind.choices)


class FreeSerializer(Serializer[FreeSlot]):
    """Time that can be booked."""

    start = InstantField()
    end = InstantField()
    station = serializers.IntegerField()


class AvailabilitySerializer(Serializer[None]):
    """Both, by start and station."""

    busy = BusySerializer(many=True)
    free = FreeSerializer(many=True)


class Availability(PublicView):
    """One instrument's taken and free time."""

    query_parameters = frozenset({"start", "end", "minutes"})

    @extend_schema(
        operation_id="availability",
        parameters=[
            OpenApiParameter("start", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("end", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter(
                "minutes", int, description="Only stretches that take a booking of this length."
            ),
        ],
        responses=AvailabilitySerializer,
        tags=["catalogue"],
    )
    def get(self, request: Request, code: str) -> Response:
        """Return what is taken and what is free in [start, end)."""
        instrument = instrument_for(request.user, code)
        window = WindowSerializer(data=request.query_params.dict())
        window.is_valid(raise_exception=True)
        wanted = window.validated_data
        start, end = wanted["start"], wanted["end"]
        return Response(
            {
                "busy": many(BusySerializer, busy(instrument, start, end)),
                "free": many(FreeSerializer, free(instrument, start, end, wanted.get("minutes"))),
            }
        )
