"""Usage records, for programs: units push theirs, one or a thousand at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from changes import StaleVersion, perform
from folding.api import CodeField, Serializer
from instruments.booking.enums import Purpose
from instruments.inventory.guarded import instrument_for
from instruments.usage.actions.usage import record_usage
from instruments.usage.enums import UsageSource, UserKind
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage import current_by_number, usage_visible_to, wordings_of
from instruments.usage.rules.usage_entries import UsageEntry
from members.api.caller import caller
from members.permissions import require
from webapi.fields import InstantField, WindowSerializer
from webapi.idempotency import once
from webapi.paging import CURSOR_DOCS, CURSOR_PARAMETERS
from webapi.problems import Problem, flat, named
from webapi.schema import paged
from webapi.versions import MAY_NAME_A_VERSION, seen, tagged
from webapi.views import ListView, as_resource, many

MOST_RECORDS = 1000
TAGS = ["usage"]
HOURS: dict[str, Any] = {"max_digits": 8, "decimal_places": 2, "min_value": Decimal(0)}


class UsageRecordSerializer(Serializer[UsageRecord]):
    """A record that counts; `id` is ours, `record_id` the unit's own number."""

    id = serializers.UUIDField()
    record_id = serializers.CharField()
    unit = serializers.CharField(source="unit.code")
    instrument = serializers.CharField(source="instrument.code")
    station = serializers.IntegerField()
    start = InstantField()
    end = InstantField()
    startup_hours = serializers.DecimalField(**HOURS)
    processing_hours = serializers.DecimalField(**HOURS)
    effective_hours = serializers.DecimalField(**HOURS)
    user_kind = serializers.ChoiceField(UserKind.choices)
    purpose = serializers.ChoiceField(Purpose.choices)
    samples = serializers.IntegerField()
    income = serializers.DecimalField(max_digits=12, decimal_places=2)
    user_name = serializers.CharField()
    user_unit = serializers.CharField()
    source = serializers.ChoiceField(UsageSource.choices)  # type: ignore[assignment]
    booking = serializers.UUIDField(source="booking_id", allow_null=True)
    corrects = serializers.UUIDField(source="corrects_id", allow_null=True)
    recorded_at = InstantField()


class UsageEntrySerializer(Serializer[None]):
    """One record as a unit sends it."""

    record_id = CodeField(max_length=50)
    instrument = CodeField(max_length=30)
    station = serializers.IntegerField(min_value=1, max_value=32767, required=False, default=1)
    start = InstantField()
    end = InstantField()
    effective_hours = serializers.DecimalField(**HOURS)
    startup_hours = serializers.DecimalField(**HOURS, required=False, default=Decimal(0))
    processing_hours = serializers.DecimalField(**HOURS, required=False, default=Decimal(0))
    user_kind = serializers.ChoiceField(UserKind.choices)
    purpose = serializers.ChoiceField(Purpose.choices)
    samples = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, default=0)
    income = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=Decimal(0), required=False, default=Decimal(0)
    )
    user_name = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    user_unit = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class UsageBatchSerializer(Serializer[None]):
    """Many records; each is judged by itself."""

    records = UsageEntrySerializer(many=True)


class FieldProblemSerializer(Serializer[None]):
    """What is wrong with one field of a record."""

    field = serializers.CharField()
    message = serializers.CharField()


class UsageOutcomeSerializer(Serializer[None]):
    """What became of one record."""

    record_id = serializers.CharField()
    status = serializers.CharField(help_text="created, unchanged, updated or refused")
    errors = FieldProblemSerializer(many=True)  # type: ignore[assignment]


class UsageOutcomesSerializer(Serializer[None]):
    """What became of each record, in the order sent."""

    results = UsageOutcomeSerializer(many=True)


class UsageFilterSerializer(WindowSerializer):
    """What a list is narrowed by; [start, end) keeps the records that start in it, as the evaluation counts them."""

    instrument = CodeField(max_length=30, required=False)
    unit = CodeField(max_length=20, required=False)


class UsageRecordList(ListView):
    """The usage records a person sees, and the way to send some."""

    query_parameters = CURSOR_PARAMETERS | {"instrument", "unit", "start", "end"}

    @extend_schema(
        operation_id="usage_records",
        parameters=[
            OpenApiParameter("instrument", str, description="Code."),
            OpenApiParameter("unit", str, description="Code of the owning unit."),
            OpenApiParameter("start", OpenApiTypes.DATETIME, description="Starts at this moment or later."),
            OpenApiParameter("end", OpenApiTypes.DATETIME, description="Starts before this moment."),
            *CURSOR_DOCS,
        ],
        responses=paged(UsageRecordSerializer, counted=False),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """List the records that count, newest first: of own uses, and of instruments and units one keeps."""
        wanted = UsageFilterSerializer(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        codes = {f"{name}__code": asked[name] for name in ("instrument", "unit") if name in asked}
        rows = usage_visible_to(request.user).current().filter(**codes)
        rows = rows.began_in(asked.get("start"), asked.get("end"))
        return self.cursor_page(rows, lambda page: many(UsageRecordSerializer, page))

    @extend_schema(
        operation_id="record_usage",
        parameters=MAY_NAME_A_VERSION,
        request=PolymorphicProxySerializer(
            component_name="UsageEntryOrBatch",
            serializers=[UsageEntrySerializer, UsageBatchSerializer],
            resource_type_field_name=None,
        ),
        responses={200: UsageOutcomesSerializer, 201: UsageOutcomeSerializer},
        tags=TAGS,
    )
    @once
    def post(self, request: Request) -> Response:
        """Record one use or up to 1,000; a record sent again unchanged stays, a changed one is corrected.

        The version of a single one is how often its number has been written.
        """
        said: Any = request.data
        if not isinstance(said, dict):
            raise ParseError(_("Send one record, or an object with the list “records”."))
        if "records" in said:
            self.refuse_unknown(request, UsageBatchSerializer())
            return self._batch(request, said["records"])
        wanted = self.body(request, UsageEntrySerializer)
        instrument = instrument_for(request.user, said["instrument"])
        require(caller(request), "record_usage", instrument)
        number = wanted["record_id"].strip()
        try:
            outcome = self._record(request, [said], seen=seen(request))[0]
        except StaleVersion as stale:
            held = current_by_number([instrument], [number]).get((instrument.unit_id, number))
            stale.shown = None if held is None else as_resource(UsageRecordSerializer, held)
            raise
        if outcome["status"] == "refused":
            return Problem(
                422, _("The usage record was refused."), type=named("usage_refused"), errors=outcome["errors"]
            ).response()
        answer = Response(outcome, status=201 if outcome["status"] == "created" else 200)
        return tagged(answer, wordings_of(instrument.unit_id, number))

    def _batch(self, request: Request, rows: Any) -> Response:
        if not isinstance(rows, list) or not rows:
            raise serializers.ValidationError({"records": [_("Give a list of 1 to 1,000 records.")]})
        if len(rows) > MOST_RECORDS:
            problem = {"field": "records", "message": _("Give a list of 1 to 1,000 records.")}
            return Problem(422, _("There are too many records in one call."), errors=[problem]).response()
        return Response({"results": self._record(request, rows)})

    @staticmethod
    def _record(request: Request, rows: list[Any], seen: int | None = None) -> list[dict[str, Any]]:
        """Judge each row by itself; the well-formed ones go to the action together."""
        outcomes: list[dict[str, Any] | None] = []
        entries: list[UsageEntry] = []
        for row in rows:
            read = UsageEntrySerializer(data=row)
            if read.is_valid():
                data = dict(read.validated_data)
                entries.append(UsageEntry(instrument_code=data.pop("instrument"), **data))
                outcomes.append(None)
            else:
                sent = row.get("record_id") if isinstance(row, dict) else None
                shown = sent[:50] if isinstance(sent, str) else ""
                errors = [
                    {"field": error["field"], "message": error["message"]} for error in flat(read.errors)
                ]
                outcomes.append({"record_id": shown, "status": "refused", "errors": errors})
        judged = iter(
            perform(caller(request), record_usage, entries, source=UsageSource.API, seen=seen)
            if entries
            else []
        )
        return [outcome if outcome is not None else _outcome_body(next(judged)) for outcome in outcomes]


def _outcome_body(outcome: Any) -> dict[str, Any]:
    return {
        "record_id": outcome.record_id,
        "status": outcome.status,
        "errors": [{"field": error.field, "message": str(error.message)} for error in outcome.errors],
    }
