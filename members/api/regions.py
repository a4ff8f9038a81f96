"""The leagues and cities, for programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from folding.api import Serializer
from members.enums import RegionKind
from members.models import Region
from members.queries.units import regions
from webapi.paging import PAGE_DOCS
from webapi.schema import paged
from webapi.views import ListView, PublicView, many


class RegionSerializer(Serializer[Region]):
    """A league or city."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    kind = serializers.ChoiceField(RegionKind.choices)
    hu_bao_e_wu = serializers.BooleanField()


class RegionList(ListView, PublicView):
    """All leagues and cities."""

    @extend_schema(
        operation_id="regions", parameters=PAGE_DOCS, responses=paged(RegionSerializer), tags=["units"]
    )
    def get(self, request: Request) -> Response:
        """List the twelve leagues and cities by code."""
        return self.page(regions(), lambda rows: many(RegionSerializer, rows))
