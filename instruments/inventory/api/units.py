"""The member units with the number of instruments they share, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from folding.api import Serializer
from instruments.inventory.queries.counts import shared_by_unit
from members.enums import UnitKind, UnitState
from members.guarded import unit_for
from members.models import MemberUnit
from members.queries.units import directory
from webapi.paging import PAGE_DOCS
from webapi.schema import paged
from webapi.versions import fingerprinted
from webapi.views import ListView, PublicView, many


class UnitSerializer(Serializer[MemberUnit]):
    """A member unit; `instrument_count` counts what the public catalogue shows."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    kind = serializers.ChoiceField(UnitKind.choices)
    region = serializers.CharField(source="region.code")
    state = serializers.ChoiceField(UnitState.choices)
    instrument_count = serializers.SerializerMethodField()

    def get_instrument_count(self, unit: MemberUnit) -> int:
        """Return the number counted for the whole page at once."""
        counts: dict[int, int] = self.context["counts"]
        return counts.get(unit.pk, 0)


def _rows(units: Sequence[MemberUnit]) -> list[dict[str, Any]]:
    counts = shared_by_unit([unit.pk for unit in units])
    return many(UnitSerializer, units, counts=counts)


class UnitList(ListView, PublicView):
    """The directory of member units."""

    @extend_schema(
        operation_id="units", parameters=PAGE_DOCS, responses=paged(UnitSerializer), tags=["units"]
    )
    def get(self, request: Request) -> Response:
        """List the member units by code."""
        return self.page(directory(), _rows)


class UnitDetail(PublicView):
    """One member unit."""

    @extend_schema(operation_id="unit", responses=UnitSerializer, tags=["units"])
    def get(self, request: Request, code: str) -> Response:
        """Return one unit."""
        return fingerprinted(Response(_rows([unit_for(request.user, code)])[0]))
