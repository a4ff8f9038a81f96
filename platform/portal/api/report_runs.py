"""Report runs, for programs: ask, look, fetch the file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from changes import perform
from folding.api import CodeField, Serializer
from members.api.caller import caller
from reporting.models import ReportRun, RunState
from reporting.runs import file_for, has_file, is_outdated, may_download, request_run, run_for
from reporting.views import file_response
from webapi.fields import InstantField
from webapi.idempotency import once
from webapi.problems import Problem
from webapi.versions import fingerprinted
from webapi.views import ContractView, as_resource

TAGS = ["reports"]


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]})
class PlainValueField(serializers.Field[str, Any, Any, Any]):
    """A text, a whole number, yes or no: what a report's form takes."""

    def to_internal_value(self, data: Any) -> str:
        """Return the value as the form reads it."""
        if isinstance(data, bool):
            return "true" if data else "false"
        if isinstance(data, int) and abs(data) < 10**12:
            return str(data)
        if isinstance(data, str) and len(data) <= 200:
            return data
        raise serializers.ValidationError(
            _("Give a text of at most 200 characters, a whole number, true or false.")
        )

    def to_representation(self, value: Any) -> Any:
        """Return the value as it is."""
        return value


class NewRunSerializer(Serializer[None]):
    """Which report, about what."""

    kind = CodeField(max_length=60)
    parameters = serializers.DictField(child=PlainValueField(), default=dict)


class ProgressSerializer(Serializer[ReportRun]):
    """Steps done, and in all."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class RunFileSerializer(Serializer[ReportRun]):
    """What was made."""

    name = serializers.CharField(source="file_name")
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class ReportRunSerializer(Serializer[ReportRun]):
    """One request for a report; `file` once it is done, until the file expires.

    `context["person"]` is who asks: without the right to the report its file is not described either.
    """

    id = serializers.UUIDField()
    kind = serializers.CharField()
    parameters = serializers.DictField()
    language = serializers.CharField()
    state = serializers.ChoiceField(RunState.choices)
    progress = ProgressSerializer(source="*")
    error = serializers.CharField()
    created_at = InstantField()
    finished_at = InstantField(allow_null=True)
    expires_at = InstantField(allow_null=True)
    file = serializers.SerializerMethodField()

    def get_file(self, run: ReportRun) -> dict[str, Any] | None:
        """Describe the file, or return null while there is none."""
        is_shown = has_file(run) and may_download(self.context["person"], run)
        return as_resource(RunFileSerializer, run) if is_shown else None


class ReportRunList(ContractView):
    """Where reports are asked for."""

    @extend_schema(
        operation_id="request_report",
        request=NewRunSerializer,
        responses={202: ReportRunSerializer},
        tags=TAGS,
    )
    @once
    def post(self, request: Request) -> Response:
        """Ask for a report; it is made in the background, in the language of the call."""
        wanted = self.body(request, NewRunSerializer)
        person = caller(request)
        run = perform(person, request_run, wanted["kind"], wanted["parameters"])
        return Response(ReportRunSerializer(run, context={"person": person}).data, status=202)


class ReportRunDetail(ContractView):
    """One run."""

    @extend_schema(operation_id="report_run", responses=ReportRunSerializer, tags=TAGS)
    def get(self, request: Request, run_id: UUID) -> Response:
        """Tell where a run stands."""
        person = caller(request)
        shown = ReportRunSerializer(run_for(person, run_id), context={"person": person})
        return fingerprinted(Response(shown.data))


class ReportRunFile(ContractView):
    """The file of a run."""

    @extend_schema(
        operation_id="report_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=TAGS,
    )
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase | Response:
        """Return the file with its own name and type."""
        run = file_for(caller(request), run_id, is_fetched=request.method != "HEAD")
        try:
            return file_response(run)
        except FileNotFoundError:
            if is_outdated(run):
                return Problem(410, _("What the report was made from has changed since.")).response()
            return Problem(410, _("The file was kept for its time and then deleted.")).response()
