"""Rounds and their results, for programs: what is published, and more for the department."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evaluations.enums import ObjectKind, RoundState
from evaluations.results.models import Result
from evaluations.results.queries.awards import awards_of
from evaluations.results.queries.results import results_of
from evaluations.rounds.models import Round
from evaluations.rounds.queries import rounds_visible_to
from evaluations.schemes.enums import Grade
from folding.api import Serializer
from webapi.paging import PAGE_DOCS, PAGE_PARAMETERS
from webapi.schema import paged
from webapi.versions import fingerprinted
from webapi.views import ListView, PublicView, as_resource, many

TAGS = ["evaluations"]
KIND_DOCS = OpenApiParameter(
    "kind", str, enum=ObjectKind.values, default=ObjectKind.UNIT, description="What the round judges."
)


class RoundSerializer(Serializer[Round]):
    """A yearly round; `digest` seals scheme, figures, results and awards once it is final."""

    year = serializers.IntegerField()
    kind = serializers.ChoiceField(ObjectKind.choices)
    scheme = serializers.CharField(source="scheme.code")
    scheme_version = serializers.IntegerField(source="scheme.version")
    state = serializers.ChoiceField(RoundState.choices)
    budget = serializers.DecimalField(max_digits=14, decimal_places=2)
    digest = serializers.SerializerMethodField()

    def get_digest(self, round_: Round) -> str | None:
        """Return the digest, or null while the round is not final."""
        return round_.digest or None


class ResultSerializer(Serializer[Result]):
    """One judged unit, or instrument of it; `award` in yuan, null where the round judges instruments."""

    unit = serializers.CharField(source="unit.code")
    instrument = serializers.CharField(source="instrument.code", default=None, allow_null=True)
    score = serializers.DecimalField(max_digits=7, decimal_places=2)
    rank = serializers.IntegerField()
    grade = serializers.ChoiceField(Grade.choices)
    award = serializers.SerializerMethodField()

    def get_award(self, result: Result) -> str | None:
        """Return the award read for the whole page at once."""
        if result.instrument_id is not None:
            return None
        awards: dict[int, Decimal] = self.context["awards"]
        return str(awards.get(result.unit_id, Decimal("0.00")))


class KindSerializer(Serializer[None]):
    """Which of a year's rounds is meant."""

    kind = serializers.ChoiceField(ObjectKind.choices, default=ObjectKind.UNIT)


def _kind(request: Request) -> str:
    read = KindSerializer(data=request.query_params.dict())
    read.is_valid(raise_exception=True)
    return str(read.validated_data["kind"])


def _round(request: Request, year: str) -> Round:
    """Return the year's round of the wanted kind. Raises Http404 for a missing one and a hidden one alike."""
    found = rounds_visible_to(request.user).filter(year=int(year), kind=_kind(request)).first()
    if found is None:
        raise Http404
    return found


class RoundList(ListView, PublicView):
    """The rounds one may see."""

    query_parameters = PAGE_PARAMETERS | {"kind"}

    @extend_schema(
        operation_id="evaluations",
        parameters=[KIND_DOCS, *PAGE_DOCS],
        responses=paged(RoundSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """List the rounds that are public, newest first; the department sees all."""
        rows = rounds_visible_to(request.user).filter(kind=_kind(request)).order_by("-year")
        return self.page(rows, lambda page: many(RoundSerializer, page))


class RoundDetail(PublicView):
    """One year's round."""

    query_parameters = frozenset({"kind"})

    @extend_schema(operation_id="evaluation", parameters=[KIND_DOCS], responses=RoundSerializer, tags=TAGS)
    def get(self, request: Request, year: str) -> Response:
        """Return the round of a year."""
        return fingerprinted(Response(as_resource(RoundSerializer, _round(request, year))))


class ResultList(ListView, PublicView):
    """The results of one year's round."""

    query_parameters = PAGE_PARAMETERS | {"kind"}

    @extend_schema(
        operation_id="evaluation_results",
        parameters=[KIND_DOCS, *PAGE_DOCS],
        responses=paged(ResultSerializer),
        tags=TAGS,
    )
    def get(self, request: Request, year: str) -> Response:
        """List the results by rank."""
        round_ = _round(request, year)

        def rows(page: Sequence[Result]) -> list[Any]:
            awards = awards_of(round_, [result.unit_id for result in page])
            return many(ResultSerializer, page, awards=awards)

        return self.page(results_of(round_), rows)
