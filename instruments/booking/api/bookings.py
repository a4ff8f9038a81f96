"""Bookings, for programs: read, ask for, and walk through their states. Every write is an action."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from changes import StaleVersion, perform
from changes.errors import NotAllowed
from folding.api import CodeField, Serializer
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.decisions import approve_booking, decline_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.visit import check_in, check_out
from instruments.booking.enums import BookingKind, BookingState, Purpose
from instruments.booking.guarded import booking_for
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import bookings_visible_to
from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import Instrument
from members.api.caller import caller
from members.enums import UserCategory
from webapi.fields import InstantField, WindowSerializer
from webapi.idempotency import once
from webapi.paging import CURSOR_DOCS, CURSOR_PARAMETERS
from webapi.schema import paged
from webapi.versions import MAY_NAME_A_VERSION, seen, tagged
from webapi.views import ContractView, ListView, as_resource, many

TAGS = ["bookings"]
STATES = [choice for choice in BookingState.choices if choice[0] != BookingState.OFFERED]
"""The states of the contract. Time that is offered to somebody is no booking of theirs before they take it."""
F = TypeVar("F", bound=Callable[..., Response])


class BookingSerializer(Serializer[Booking]):
    """A booking as its parties see it: the person it is for, the custodians of the instrument, the department."""

    id = serializers.UUIDField()
    instrument = serializers.CharField(source="instrument.code")
    station = serializers.IntegerField()
    start = InstantField()
    end = InstantField()
    state = serializers.ChoiceField(STATES)
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(BookingKind.choices)
    purpose = serializers.CharField()
    purpose_kind = serializers.ChoiceField(Purpose.choices)
    category = serializers.ChoiceField(UserCategory.choices)
    yuan_per_hour = serializers.DecimalField(max_digits=10, decimal_places=2)
    price = serializers.DecimalField(max_digits=12, decimal_places=2)
    person = serializers.CharField(source="person.display_name")
    organisation = serializers.CharField(source="person.organisation_name")
    requested_at = InstantField()
    expires_at = InstantField(allow_null=True)
    decided_at = InstantField(allow_null=True)
    checked_in_at = InstantField(allow_null=True)
    checked_out_at = InstantField(allow_null=True)
    reason = serializers.CharField()


class NewBookingSerializer(Serializer[None]):
    """What is asked for."""

    instrument = CodeField(max_length=30)
    start = InstantField()
    end = InstantField()
    purpose = serializers.CharField(max_length=300)
    purpose_kind = serializers.ChoiceField(Purpose.choices, default=Purpose.RESEARCH)
    station = serializers.IntegerField(min_value=1, max_value=32767, required=False, allow_null=True)


class MoveSerializer(Serializer[None]):
    """The new time, and perhaps another instrument."""

    start = InstantField()
    end = InstantField()
    instrument = CodeField(max_length=30, required=False)


class StepSerializer(Serializer[None]):
    """A word on why."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class CheckOutSerializer(StepSerializer):
    """The hours that count and the samples; without hours the time from check-in to the end counts."""

    effective_hours = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    samples = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, default=0)
    left_at = InstantField(
        required=False,
        allow_null=True,
        help_text="When the visit really ended; without it now, or the booked end where that is hours ago.",
    )


class BookingFilterSerializer(WindowSerializer):
    """What a list is narrowed by; [start, end) keeps the bookings that share a moment with it."""

    instrument = CodeField(max_length=30, required=False)
    state = serializers.ChoiceField(STATES, required=False)


class BookingList(ListView):
    """The bookings a person sees, and the way to ask for one."""

    query_parameters = CURSOR_PARAMETERS | {"instrument", "state", "start", "end"}

    @extend_schema(
        operation_id="bookings",
        parameters=[
            OpenApiParameter("instrument", str, description="Code."),
            OpenApiParameter("state", str, enum=[code for code, _word in STATES]),
            OpenApiParameter("start", OpenApiTypes.DATETIME, description="Ends later than this."),
            OpenApiParameter("end", OpenApiTypes.DATETIME, description="Begins before this."),
            *CURSOR_DOCS,
        ],
        responses=paged(BookingSerializer, counted=False),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """List own bookings and those of instruments one keeps, newest first."""
        wanted = BookingFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        lookups = {"instrument": "instrument__code", "state": "state", "start": "end__gt", "end": "start__lt"}
        rows = bookings_visible_to(request.user).filter(
            is_offer=False, **{lookups[name]: value for name, value in wanted.validated_data.items()}
        )
        return self.cursor_page(rows, lambda page: many(BookingSerializer, page))

    @extend_schema(
        operation_id="request_booking",
        request=NewBookingSerializer,
        responses={201: BookingSerializer},
        tags=TAGS,
    )
    @once
    def post(self, request: Request) -> Response:
        """Ask for time; confirmed at once where the instrument's policy says so."""
        wanted = self.body(request, NewBookingSerializer)
        code = wanted.pop("instrument")
        try:
            booking = perform(caller(request), request_booking, code, **wanted)
        except (Instrument.DoesNotExist, NotAllowed):
            raise Http404 from None
        return _shown(booking, status=201)


class BookingDetail(ContractView):
    """One booking."""

    @extend_schema(operation_id="booking", responses=BookingSerializer, tags=TAGS)
    def get(self, request: Request, booking_id: UUID) -> Response:
        """Return one booking."""
        return _shown(_booking(request, booking_id))


def _step(operation: str, body: type[Serializer[None]]) -> Callable[[F], F]:
    """Describe a step of a booking, and let it happen once for each key."""

    def described(post: F) -> F:
        schema = extend_schema(
            operation_id=operation,
            parameters=MAY_NAME_A_VERSION,
            request=body,
            responses=BookingSerializer,
            tags=TAGS,
        )
        return cast("F", schema(once(post)))

    return described


class StepView(ContractView):
    """A step of one booking; a caller may name the version it is meant for."""

    def take(
        self, request: Request, booking_id: UUID, action: Callable[..., Booking], **given: Any
    ) -> Response:
        """Take the step and show the booking as it stands then."""
        booking = _booking(request, booking_id)
        try:
            return _shown(perform(caller(request), action, booking, seen=seen(request), **given))
        except StaleVersion as stale:
            with suppress(Http404):
                stale.shown = as_resource(BookingSerializer, booking_for(request.user, booking_id))
            raise


class Approve(StepView):
    """The steward says yes."""

    @_step("approve_booking", StepSerializer)
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Confirm a requested booking."""
        self.body(request, StepSerializer)
        return self.take(request, booking_id, approve_booking)


class Decline(StepView):
    """The steward says no."""

    @_step("decline_booking", StepSerializer)
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Decline a requested booking, with the reason its person will read."""
        reason = self.body(request, StepSerializer)["reason"].strip() or gettext("No reason was given.")
        return self.take(request, booking_id, decline_booking, reason=reason)


class Cancel(StepView):
    """The person or the steward gives the time back."""

    @_step("cancel_booking", StepSerializer)
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Cancel a booking that has not begun."""
        return self.take(request, booking_id, cancel_booking, **self.body(request, StepSerializer))


class CheckIn(StepView):
    """The use begins."""

    @_step("check_in", StepSerializer)
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Begin the use."""
        self.body(request, StepSerializer)
        return self.take(request, booking_id, check_in)


class CheckOut(StepView):
    """The use ends and becomes a usage record."""

    @_step("check_out", CheckOutSerializer)
    def post(self, request: Request, booking_id: UUID) -> Response:
        """End the use and write its usage record."""
        said = self.body(request, CheckOutSerializer)
        return self.take(
            request,
            booking_id,
            check_out,
            effective_hours=said.get("effective_hours"),
            samples=said["samples"],
            at=said.get("left_at"),
        )


class Move(StepView):
    """The booking goes to another time, or another instrument."""

    @_step("move_booking", MoveSerializer)
    def post(self, request: Request, booking_id: UUID) -> Response:
        """Move a booking that has not begun; the old time is free only once the new one is held."""
        wanted = self.body(request, MoveSerializer)
        _booking(request, booking_id)
        if "instrument" in wanted:
            wanted["instrument"] = instrument_for(request.user, wanted["instrument"])
        return self.take(request, booking_id, move_booking, **wanted)


def _booking(request: Request, booking_id: UUID) -> Booking:
    """Return a booking of the contract. Raises Http404, for a mere offer too."""
    booking = booking_for(request.user, booking_id)
    if booking.is_offer:
        raise Http404
    return booking


def _shown(booking: Booking, status: int = 200) -> Response:
    return tagged(Response(as_resource(BookingSerializer, booking), status=status), booking.version)
