"""Application fields and instrument classes, for programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from folding.api import Serializer
from instruments.inventory.models import ApplicationField, InstrumentClass
from instruments.inventory.queries.counts import shared_by_class, shared_by_field
from webapi.paging import PAGE_DOCS
from webapi.schema import paged
from webapi.views import ListView, PublicView, many


class FieldSerializer(Serializer[ApplicationField]):
    """An application field; `instrument_count` counts what the public catalogue shows."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    instrument_count = serializers.SerializerMethodField()

    def get_instrument_count(self, row: ApplicationField) -> int:
        """Return the number counted for the whole page at once."""
        counts: dict[int, int] = self.context["counts"]
        return counts.get(row.pk, 0)


class InstrumentClassSerializer(Serializer[InstrumentClass]):
    """A class; `instrument_count` counts the instruments of the catalogue in it and below it."""

    scheme = serializers.CharField()
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    level = serializers.IntegerField()
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)  # type: ignore[assignment]
    instrument_count = serializers.SerializerMethodField()

    def get_instrument_count(self, row: InstrumentClass) -> int:
        """Return the number counted for the whole page at once."""
        counts: dict[int, int] = self.context["counts"]
        return counts.get(row.pk, 0)


class FieldList(ListView, PublicView):
    """The application fields."""

    @extend_schema(
        operation_id="fields", parameters=PAGE_DOCS, responses=paged(FieldSerializer), tags=["catalogue"]
    )
    def get(self, request: Request) -> Response:
        """List the application fields by code."""
        counts = shared_by_field()
        return self.page(
            ApplicationField.objects.order_by("code"),
            lambda rows: many(FieldSerializer, rows, counts=counts),
        )


class InstrumentClassList(ListView, PublicView):
    """The instrument classes of every order in use."""

    @extend_schema(
        operation_id="instrument_classes",
        parameters=PAGE_DOCS,
        responses=paged(InstrumentClassSerializer),
        tags=["catalogue"],
    )
    def get(self, request: Request) -> Response:
        """List the classes by order and code."""
        return self.page(
            InstrumentClass.objects.select_related("parent").order_by("scheme", "code"),
            lambda rows: many(InstrumentClassSerializer, rows, counts=shared_by_class(rows)),
        )
